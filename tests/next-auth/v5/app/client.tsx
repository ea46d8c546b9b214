'use client'

import { signOut } from 'next-auth/react'
import { authjs } from 'twinfetch/dialects/authjs'
import { Bench } from '../../bench/bench'

/** The bench with this version's dialect, and beside it the version's own sign-out. */
export const Client = ({ backendUrl }: { readonly backendUrl: string }) => (
  <Bench backendUrl={backendUrl} dialect={authjs} ownSignOut={() => signOut({ redirect: false })} />
)
