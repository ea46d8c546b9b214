import type { System } from '../systems'
import { Link, useAddress } from './address'

/** What a page shows to a visitor who is not signed in. */
export const SignedOut = ({ system }: { readonly system: System }) => {
  const { pathname, search, hash } = useAddress()
  const wayBack = encodeURIComponent(pathname + search + hash)
  return (
    <p data-testid="signed-out">
      You are signed out. <Link href={`/${system.name}/sign-in?returnTo=${wayBack}`}>Sign in</Link> to see
      this page.
    </p>
  )
}
