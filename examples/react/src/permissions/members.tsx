import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'

interface Member {
  readonly id: number | string
  readonly username: string
}

/** A call that needs a permission. It can be sent without one: it is the backend that refuses. */
export const Members = ({ allowed }: { readonly allowed: boolean }) => {
  const api = useClient()
  const [answer, action, pending] = useActionState(
    () => api.get<readonly Member[]>('/account/users'),
    undefined,
  )
  return (
    <form action={action} className="stack">
      <button className="quiet" data-testid="members-read" disabled={pending} type="submit">
        {allowed ? 'List the members' : 'List the members all the same'}
      </button>
      {answer?.error && <ErrorMessage message={answer.error.message} />}
      <ul className="codes">
        {answer?.data?.map(({ id, username }) => (
          <li data-testid="member" key={id}>
            {username}
          </li>
        ))}
      </ul>
    </form>
  )
}
