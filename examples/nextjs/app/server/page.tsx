import type { Metadata } from 'next'
import { SignedOut } from '@/app/signed-out'
import { TokenCard } from '@/app/token-card'
import { auth } from '@/auth'
import { fingerprint } from '@/fingerprint'

export const metadata: Metadata = { title: 'Server token' }

export default async function ServerPage() {
  const session = await auth()
  return (
    <>
      <h1>Server token</h1>
      <p className="lead">Decrypted from the session cookie while this page was rendered.</p>
      {session?.accessToken ? (
        <TokenCard token={session.accessToken} fingerprint={await fingerprint(session.accessToken)} />
      ) : (
        <SignedOut />
      )}
    </>
  )
}
