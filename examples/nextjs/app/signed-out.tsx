import Link from 'next/link'

/** What a page shows to a visitor who is not signed in. */
export const SignedOut = () => (
  <p data-testid="signed-out">
    You are signed out. <Link href="/sign-in">Sign in</Link> to see this page.
  </p>
)
