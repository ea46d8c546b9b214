import { useSession } from 'twinfetch/react'
import type { SignOutAnswer } from './sign-out'

const words = {
  told: 'You are signed out, and the server was told.',
  untold:
    'You are signed out here. The server could not be told: what it has given out is good there until it ends.',
} as const

/** Says how the last sign-out went, until the next sign-in. */
export const SignOutNotice = ({ answer }: { readonly answer: SignOutAnswer | undefined }) => {
  const { status } = useSession()
  return (
    answer &&
    status !== 'authenticated' && (
      <p className="card notice" data-answer={answer} data-testid="sign-out-answer" role="status">
        {words[answer]}
      </p>
    )
  )
}
