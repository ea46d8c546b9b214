import { useEffect } from 'react'
import { SessionStatus } from '../session/session-status'
import type { SignOutAnswer } from '../session/sign-out'
import type { System } from '../systems'
import { Link } from './address'

interface HeaderProps {
  readonly system: System
  readonly onSignedOut: (answer: SignOutAnswer) => void
}

/** Which system this is, its pages, and who is signed in. */
export const Header = ({ system, onSignedOut }: HeaderProps) => {
  const title = `${system.name.toUpperCase()} · ${system.title}`
  useEffect(() => {
    document.title = `${title} · twinfetch`
  }, [title])
  return (
    <header className="bar">
      <Link className="brand" href="/">
        twinfetch
      </Link>
      <span>{title}</span>
      <nav aria-label="Pages">
        <Link href={`/${system.name}`}>Session</Link>
        <Link href={`/${system.name}/posts`}>Posts</Link>
      </nav>
      <SessionStatus system={system} onSignedOut={onSignedOut} />
    </header>
  )
}
