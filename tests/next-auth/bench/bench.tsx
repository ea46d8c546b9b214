'use client'

import { useEffect, useState } from 'react'
import { type Client, createClient, type Dialect, type SessionSnapshot } from 'twinfetch'
import { SessionProvider, useSession } from 'twinfetch/react'
import { SessionStatus } from './session-status'

/** What a test reaches from outside, as `bench` in the page. */
export interface Workbench {
  /** The client under test. */
  readonly api: Client
  /** Every state of the session that a subscriber was told, in order. */
  readonly heard: SessionSnapshot['status'][]
  /** The sign-out of next-auth itself. */
  readonly ownSignOut: () => Promise<unknown>
}

interface BenchProps {
  readonly backendUrl: string
  readonly dialect: Dialect
  readonly ownSignOut: Workbench['ownSignOut']
}

const Status = () => {
  const session = useSession()
  return (
    <SessionStatus
      name={session.status === 'authenticated' ? session.user.name : undefined}
      status={session.status}
    />
  )
}

/** Hands the page's one client to the test, and shows its session as an app would. */
export const Bench = ({ backendUrl, dialect, ownSignOut }: BenchProps) => {
  const [api] = useState(() => createClient({ dialect, baseUrl: backendUrl }))
  useEffect(() => {
    const heard: Workbench['heard'] = []
    Object.assign(globalThis, { bench: { api, heard, ownSignOut } satisfies Workbench })
    return api.subscribe(() => heard.push(api.getSnapshot().status))
  }, [api, ownSignOut])
  return (
    <SessionProvider client={api}>
      <Status />
    </SessionProvider>
  )
}
