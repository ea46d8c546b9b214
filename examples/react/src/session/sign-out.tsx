import { useState } from 'react'
import type { SessionSnapshot } from 'twinfetch'
import { useClient } from 'twinfetch/react'

const words = {
  told: 'The server was told.',
  untold: 'The server could not be told: what it has given out is good there until it ends.',
} as const

/** Ends the session here in any case, and says whether the server knows. */
export const SignOut = ({ status }: { readonly status: SessionSnapshot['status'] }) => {
  const api = useClient()
  const [answer, setAnswer] = useState<keyof typeof words>()
  const [pending, setPending] = useState(false)

  const run = async () => {
    setPending(true)
    const { data } = await api.signOut()
    setPending(false)
    setAnswer(data?.serverTold ? 'told' : 'untold')
  }

  return (
    <>
      {(status === 'authenticated' || status === 'unknown') && (
        <button
          className="quiet"
          data-testid="sign-out"
          disabled={pending}
          type="button"
          onClick={() => void run()}
        >
          Sign out
        </button>
      )}
      {answer && status !== 'authenticated' && (
        <small data-answer={answer} data-testid="sign-out-answer" role="status">
          {words[answer]}
        </small>
      )}
    </>
  )
}
