'use client'

import { useEffect, useState } from 'react'
import { useClient, useSession } from 'twinfetch/react'
import { ErrorMessage } from '@/app/error-message'
import { SignedOut } from '@/app/signed-out'
import { TokenCard } from '@/app/token-card'
import { fingerprint } from '@/fingerprint'

const useFingerprint = (token: string): string => {
  const [print, setPrint] = useState('')
  useEffect(() => {
    let current = true
    void fingerprint(token).then((value) => {
      if (current) setPrint(value)
    })
    return () => {
      current = false
    }
  }, [token])
  return print
}

const Fingerprinted = ({ token }: { readonly token: string }) => (
  <TokenCard token={token} fingerprint={useFingerprint(token)} />
)

/** The access token of the browser's session, or why there is none. */
export const ClientToken = () => {
  const api = useClient()
  const session = useSession()
  switch (session.status) {
    case 'loading':
      return <p>Reading the session…</p>
    case 'anonymous':
      return <SignedOut />
    case 'unknown':
      return (
        <ErrorMessage message={session.error.message} retry={() => void api.getSession({ fresh: true })} />
      )
    case 'authenticated':
      return session.accessToken ? (
        <Fingerprinted token={session.accessToken} />
      ) : (
        <p>The session carries no access token.</p>
      )
  }
}
