import { useMemo, useSyncExternalStore } from 'react'
import type { Client } from 'twinfetch'
import { useClient } from 'twinfetch/react'

const counter = ({ getSnapshot }: Client) => {
  let count = 0
  let signedIn = false
  return () => {
    const { status } = getSnapshot()
    if (signedIn && status === 'anonymous') count += 1
    signedIn = status === 'authenticated'
    return count
  }
}

/**
 * How often somebody was signed out.
 *
 * React keeps what it has rendered before: as a key, this takes down all that has shown a user, and the user with it.
 */
export const useSignOuts = (): number => {
  const api = useClient()
  const count = useMemo(() => counter(api), [api])
  return useSyncExternalStore(api.subscribe, count)
}
