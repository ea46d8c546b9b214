'use client'

import Link from 'next/link'
import { useSession } from 'twinfetch/react'
import { SignOutButton } from '@/app/sign-out-button'

const words = {
  anonymous: 'Signed out',
  authenticated: 'Signed in',
  loading: 'Checking the session…',
  unknown: 'Session unknown',
} as const

/** Who the browser's client believes is signed in. */
export const SessionStatus = () => {
  const session = useSession()
  return (
    <div className="session">
      <span data-testid="session-status" data-status={session.status} role="status">
        {words[session.status]}
      </span>
      {session.status === 'authenticated' && <strong data-testid="user-name">{session.user.name}</strong>}
      {session.status === 'anonymous' && <Link href="/sign-in">Sign in</Link>}
      {(session.status === 'authenticated' || session.status === 'unknown') && <SignOutButton />}
    </div>
  )
}
