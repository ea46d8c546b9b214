import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'

/** Renews the session now: with a refresh token where the system has one, else by reading it again. */
export const Renewal = () => {
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
      {answer?.error && <ErrorMessage message={answer.error.message} />}
      {answer && !answer.error && (
        <span data-testid="refreshed" role="status">
          Renewed at {answer.at.toLocaleTimeString()}.
        </span>
      )}
    </form>
  )
}
