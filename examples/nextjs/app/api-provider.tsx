'use client'

import { createContext, type ReactNode, use, useState } from 'react'
import { type Client, createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { SessionProvider } from 'twinfetch/react'

const ApiContext = createContext<Client | undefined>(undefined)

interface ApiProviderProps {
  readonly backendUrl: string
  readonly children: ReactNode
}

/** Makes the page's one client, and gives it and its session to the components below. */
export const ApiProvider = ({ backendUrl, children }: ApiProviderProps) => {
  const [api] = useState(() => createClient({ dialect: authjs, baseUrl: backendUrl }))
  return (
    <ApiContext value={api}>
      <SessionProvider client={api}>{children}</SessionProvider>
    </ApiContext>
  )
}

/** The client of the nearest `ApiProvider`. */
export const useApi = (): Client => {
  const api = use(ApiContext)
  if (!api) throw new Error('useApi is used outside of ApiProvider.')
  return api
}
