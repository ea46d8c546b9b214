'use client'

import { type ReactNode, useState } from 'react'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { SessionProvider } from 'twinfetch/react'

interface ApiProviderProps {
  readonly backendUrl: string
  readonly children: ReactNode
}

/** Makes the page's one client, and gives it and its session to the components below. */
export const ApiProvider = ({ backendUrl, children }: ApiProviderProps) => {
  const [api] = useState(() => createClient({ dialect: authjs, baseUrl: backendUrl }))
  return <SessionProvider client={api}>{children}</SessionProvider>
}
