import { useSession } from 'twinfetch/react'
import { Link } from '../page/address'
import type { System } from '../systems'
import { SignOut, type SignOutAnswer } from './sign-out'
import { userName } from './user-name'

const words = {
  anonymous: 'Signed out',
  authenticated: 'Signed in',
  loading: 'Checking the session…',
  unknown: 'Session unknown',
} as const

interface SessionStatusProps {
  readonly system: System
  readonly onSignedOut: (answer: SignOutAnswer) => void
}

/** Who the client believes is signed in. */
export const SessionStatus = ({ system, onSignedOut }: SessionStatusProps) => {
  const session = useSession()
  return (
    <div className="session">
      <span data-testid="session-status" data-status={session.status} role="status">
        {words[session.status]}
      </span>
      {session.status === 'authenticated' && (
        <strong data-testid="user-name">{userName(session.user)}</strong>
      )}
      {session.status === 'anonymous' && <Link href={`/${system.name}/sign-in`}>Sign in</Link>}
      {(session.status === 'authenticated' || session.status === 'unknown') && (
        <SignOut onDone={onSignedOut} />
      )}
    </div>
  )
}
