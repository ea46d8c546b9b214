import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'
import type { System } from '../systems'
import { useWayBack } from './way-back'

/** Leaves for the provider's own sign-in page; says why when it cannot. */
export const ProviderForm = ({ system }: { readonly system: System }) => {
  const api = useClient()
  const returnTo = useWayBack(system)
  const [refused, action, pending] = useActionState(
    async () => (await api.signInWithRedirect({ returnTo })).error?.message,
    undefined,
  )
  return (
    <form action={action} className="card stack">
      <button data-testid="sign-in" disabled={pending} type="submit">
        {pending ? 'Leaving…' : 'Continue at the provider'}
      </button>
      {refused && <ErrorMessage message={refused} />}
    </form>
  )
}
