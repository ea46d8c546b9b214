import { useClient, useSession } from 'twinfetch/react'
import { LinkMaker } from '../link/link-maker'
import { ErrorMessage } from '../page/error-message'
import { SignedOut } from '../page/signed-out'
import { Permissions } from '../permissions/permissions'
import type { System } from '../systems'
import { Calls } from './calls'
import { Renewal } from './renewal'
import { SessionCard } from './session-card'

/** The session, and what can be done with it. */
export const SessionPage = ({ system }: { readonly system: System }) => (
  <>
    <h1>Session</h1>
    <p className="lead">{system.about}</p>
    <Contents system={system} />
  </>
)

const Contents = ({ system }: { readonly system: System }) => {
  const api = useClient()
  const session = useSession()
  switch (session.status) {
    case 'loading':
      return <p>Reading the session…</p>
    case 'anonymous':
      return <SignedOut system={system} />
    case 'unknown':
      return (
        <ErrorMessage message={session.error.message} retry={() => void api.getSession({ fresh: true })} />
      )
    case 'authenticated':
      return (
        <div className="stack">
          <SessionCard session={session} system={system} />
          <Renewal system={system} />
          <Calls />
          {system.dialect.permissions && <Permissions />}
          {system.dialect.link && <LinkMaker system={system} />}
        </div>
      )
  }
}
