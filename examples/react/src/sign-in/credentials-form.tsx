import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { go, ownPath } from '../page/address'
import { ErrorMessage } from '../page/error-message'
import type { System } from '../systems'
import { useWait } from './use-wait'
import { useWayBack } from './way-back'

interface Refusal {
  readonly message: string
  readonly email: string
  readonly wait: { readonly milliseconds: number } | undefined
}

/** Signs in with what the form asks for, or makes an account of it where the system lets one. */
export const CredentialsForm = ({ system }: { readonly system: System }) => {
  const api = useClient()
  const wayBack = ownPath(useWayBack(system)) ?? `/${system.name}`
  const [refused, action, pending] = useActionState(
    async (_previous: Refusal | undefined, form: FormData): Promise<Refusal | undefined> => {
      const credentials = Object.fromEntries(system.fields.map(({ name }) => [name, String(form.get(name))]))
      const verb = form.get('verb') === 'register' ? api.register : api.signIn
      const { error } = await verb(credentials)
      if (!error) {
        go(wayBack)
        return undefined
      }
      const wait = error.retryAfter === undefined ? undefined : { milliseconds: error.retryAfter }
      return { message: error.message, email: credentials['email'] ?? '', wait }
    },
    undefined,
  )
  const seconds = useWait(refused?.wait)
  const disabled = pending || seconds > 0
  return (
    <form action={action} className="card stack">
      {system.fields.map(({ name, label, type, autoComplete }) => (
        <div className="stack" key={name}>
          <label htmlFor={name}>{label}</label>
          <input
            autoCapitalize="none"
            autoComplete={autoComplete}
            data-testid={name}
            defaultValue={name === 'email' ? refused?.email : undefined}
            id={name}
            name={name}
            required
            type={type}
          />
        </div>
      ))}
      <div className="row">
        <button data-testid="sign-in" disabled={disabled} name="verb" type="submit" value="signIn">
          {label(pending, seconds)}
        </button>
        {system.dialect.register && (
          <button
            className="quiet"
            data-testid="register"
            disabled={disabled}
            name="verb"
            type="submit"
            value="register"
          >
            Make an account
          </button>
        )}
      </div>
      {refused && <ErrorMessage message={refused.message} />}
      {refused?.wait && seconds > 0 && <p data-testid="wait">The server asks to wait before the next try.</p>}
    </form>
  )
}

const label = (pending: boolean, seconds: number) => {
  if (pending) return 'One moment…'
  return seconds > 0 ? `Try again in ${seconds} s` : 'Sign in'
}
