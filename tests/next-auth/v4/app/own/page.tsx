'use client'

import { SessionProvider, useSession } from 'next-auth/react'
import { SessionStatus } from '../../../bench/session-status'

const Status = () => {
  const { status, data } = useSession()
  return <SessionStatus name={data?.user?.name} status={status} />
}

/** Who next-auth's own React binding believes is signed in: what other components of an app show. */
export default function OwnPage() {
  return (
    <SessionProvider refetchOnWindowFocus={false}>
      <Status />
    </SessionProvider>
  )
}
