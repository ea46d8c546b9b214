import { useState } from 'react'
import { useClient } from 'twinfetch/react'

/** How a sign-out went: it always succeeds here. */
export type SignOutAnswer = 'told' | 'untold'

/** Ends the session here in any case, and says whether the server knows. */
export const SignOut = ({ onDone }: { readonly onDone: (answer: SignOutAnswer) => void }) => {
  const api = useClient()
  const [pending, setPending] = useState(false)

  const run = async () => {
    setPending(true)
    const { data } = await api.signOut()
    setPending(false)
    onDone(data?.serverTold ? 'told' : 'untold')
  }

  return (
    <button
      className="quiet"
      data-testid="sign-out"
      disabled={pending}
      type="button"
      onClick={() => void run()}
    >
      Sign out
    </button>
  )
}
