'use client'

import { signOut } from 'next-auth/react'
import { nextAuthV4 } from 'twinfetch/dialects/next-auth-v4'
import { Bench } from '../../bench/bench'

/** The bench with this version's dialect, and beside it the version's own sign-out. */
export const Client = ({ backendUrl }: { readonly backendUrl: string }) => (
  <Bench backendUrl={backendUrl} dialect={nextAuthV4} ownSignOut={() => signOut({ redirect: false })} />
)
