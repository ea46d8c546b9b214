import { useEffect, useRef, useState } from 'react'
import { useClient } from 'twinfetch/react'
import { go } from '../page/address'
import { ErrorMessage } from '../page/error-message'
import type { System } from '../systems'

/** Where a link that signs in leads. */
export const LinkPage = ({ system }: { readonly system: System }) => {
  const api = useClient()
  const taken = useRef(false)
  const [message, setMessage] = useState<string>()

  useEffect(() => {
    // The token can be taken once, and React's strict mode runs an effect twice.
    if (taken.current) return
    taken.current = true
    void api.signInWithLink().then((result) => {
      if (!result) setMessage('This link carries no token.')
      else if (result.error) setMessage(result.error.message)
      else go(`/${system.name}`)
    })
  }, [api, system])

  return (
    <>
      <h1>Sign-in by a link</h1>
      {message ? <ErrorMessage message={message} /> : <p>Signing in…</p>}
    </>
  )
}
