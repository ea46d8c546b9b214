import { useContext } from 'react'
import type { Session } from 'twinfetch'
import type { System } from '../systems'
import { PlaceContext } from '../tokens/place-context'
import { places } from '../tokens/places'

interface SessionCardProps {
  readonly session: Extract<Session, { status: 'authenticated' }>
  readonly system: System
}

/** What the session says of the user, and where the tokens are. */
export const SessionCard = ({ session, system }: SessionCardProps) => {
  const { place } = useContext(PlaceContext)
  return (
    <dl className="card" data-testid="session-card">
      {Object.entries(session.user).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-name={name} data-testid="session-field">
            {shown(value)}
          </dd>
        </div>
      ))}
      {session.expires && (
        <div>
          <dt>ends</dt>
          <dd>{new Date(session.expires).toLocaleString()}</dd>
        </div>
      )}
      <div>
        <dt>credential</dt>
        <dd data-testid="credential-place">
          {system.dialect.tokens ? places[place].label : 'a cookie that no script can read'}
        </dd>
      </div>
    </dl>
  )
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
