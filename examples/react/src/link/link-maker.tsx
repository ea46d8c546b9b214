import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'
import type { System } from '../systems'

/** Makes a link that signs its bearer in. */
export const LinkMaker = ({ system }: { readonly system: System }) => {
  const api = useClient()
  const [made, action, pending] = useActionState(() => api.createLinkToken(), undefined)
  return (
    <form action={action} className="card stack">
      <button data-testid="link-make" disabled={pending} type="submit">
        {pending ? 'Making it…' : 'Make a link that signs in'}
      </button>
      {made?.error && <ErrorMessage message={made.error.message} />}
      {made?.data && (
        <>
          <label htmlFor="link">Whoever opens it is signed in{until(made.data.expires)}</label>
          <input
            data-testid="link-address"
            id="link"
            readOnly
            value={address(system, made.data.token)}
            onFocus={({ target }) => target.select()}
          />
        </>
      )}
    </form>
  )
}

const until = (expires: string | undefined) =>
  expires === undefined ? '' : `, until ${new Date(expires).toLocaleTimeString()}`

/** In the fragment, which a browser sends to no server. */
const address = ({ name, dialect }: System, token: string) =>
  `${window.location.origin}/${name}/link#${dialect.link?.parameter ?? 'token'}=${encodeURIComponent(token)}`
