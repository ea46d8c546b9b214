import { createContext, createElement, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Client } from './client.js'
import type { SessionSnapshot } from './session.js'

const ClientContext = createContext<Client | undefined>(undefined)
const loading: SessionSnapshot = { status: 'loading' }
const atServer = () => loading

/** Gives the components below it the client. */
export const SessionProvider = ({ client, children }: { client: Client; children?: ReactNode }): ReactNode =>
  createElement(ClientContext.Provider, { value: client }, children)

/** The client of the nearest provider. */
export const useClient = (): Client => {
  const client = useContext(ClientContext)
  if (client) return client
  throw new Error('The hooks of twinfetch need a <SessionProvider client={…}> above them.')
}

/** Tells whether the user may do something; false while it is unknown, and shown anew once it is known. */
export const usePermissions = (): ((code: string) => boolean) => {
  useSession()
  return useClient().can
}

/** Who is signed in: read at the first use, and shown anew whenever it changes. */
export const useSession = (): SessionSnapshot => {
  const { subscribe, getSnapshot } = useClient()
  return useSyncExternalStore(subscribe, getSnapshot, atServer)
}
