import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'

const CALLS = 10

/** Sends ten calls at once: however many are refused, the session is renewed once. */
export const Calls = () => {
  const api = useClient()
  const [answers, action, pending] = useActionState(
    () => Promise.all(Array.from({ length: CALLS }, () => api.get('/api/posts'))),
    undefined,
  )
  const refused = answers?.find(({ error }) => error)?.error
  return (
    <form action={action} className="card row">
      <button data-testid="calls" disabled={pending} type="submit">
        {pending ? 'Calling…' : 'Ten calls at once'}
      </button>
      {!answers && <small>However many of them are refused, the session is renewed once.</small>}
      {answers && (
        <span role="status">
          <span data-testid="calls-answered">{answers.filter(({ error }) => !error).length}</span> of {CALLS}{' '}
          answered.
        </span>
      )}
      {refused && <ErrorMessage message={refused.message} />}
    </form>
  )
}
