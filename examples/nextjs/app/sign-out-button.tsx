'use client'

import { signOut } from 'next-auth/react'

/** Ends the session, then loads the home page anew so that nothing of it stays in memory. */
export const SignOutButton = () => (
  <button
    className="quiet"
    data-testid="sign-out"
    type="button"
    onClick={() => void signOut({ redirectTo: '/' })}
  >
    Sign out
  </button>
)
