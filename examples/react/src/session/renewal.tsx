import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'
import type { System } from '../systems'

/** Renews the session now: with a refresh token where the system has one, else by reading it again. */
export const Renewal = ({ system: { dialect } }: { readonly system: System }) => {
  const api = useClient()
  const [answer, action, pending] = useActionState(async () => {
    const { error } = await api.refresh()
    return { error, at: new Date() }
  }, undefined)
  return (
    <form action={action} className="card row">
      <button data-testid="refresh" disabled={pending} type="submit">
        {pending ? 'Renewing…' : 'Renew the session'}
      </button>
      {!answer && <small>{explained(dialect)}</small>}
      {answer?.error && <ErrorMessage message={answer.error.message} />}
      {answer && !answer.error && (
        <span data-testid="refreshed" role="status">
          Renewed at {answer.at.toLocaleTimeString()}.
        </span>
      )}
    </form>
  )
}

const explained = ({ renewal }: System['dialect']) =>
  renewal.kind === 'rotate'
    ? 'Spends the refresh token on a new pair.'
    : 'Reads it again: this system has no refresh token.'
