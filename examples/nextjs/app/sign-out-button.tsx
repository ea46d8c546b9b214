'use client'

import { useState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '@/app/error-message'

/** Ends the session, then loads the home page anew so that nothing that a server component rendered stays. */
export const SignOutButton = () => {
  const api = useClient()
  const [untold, setUntold] = useState(false)
  const signOut = async () => {
    const { data } = await api.signOut()
    if (data?.serverTold) window.location.assign('/')
    else setUntold(true)
  }
  return (
    <>
      <button className="quiet" data-testid="sign-out" type="button" onClick={() => void signOut()}>
        Sign out
      </button>
      {untold && <ErrorMessage message="The server could not be told. Please sign out again in a while." />}
    </>
  )
}
