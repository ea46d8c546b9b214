'use client'

import { useActionState } from 'react'
import type { Client } from 'twinfetch'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '@/app/error-message'

interface Refusal {
  readonly username: string
  readonly message: string
}

const submit = async (api: Client, form: FormData): Promise<Refusal | undefined> => {
  const username = String(form.get('username'))
  const { error } = await api.signIn({ username, password: String(form.get('password')) })
  if (error?.code === 'sign_in_refused')
    return { username, message: 'The user name or the password is wrong.' }
  if (error) return { username, message: error.message }
  // A full load: nothing that a server component rendered before the sign-in stays.
  window.location.assign('/')
  return undefined
}

/** Signs in with a name and a password, and says why when it cannot. */
export const SignInForm = () => {
  const api = useClient()
  const [refused, action, pending] = useActionState(
    (_previous: Refusal | undefined, form: FormData) => submit(api, form),
    undefined,
  )
  return (
    <form action={action} className="card stack">
      <label htmlFor="username">User name</label>
      <input
        autoCapitalize="none"
        autoComplete="username"
        data-testid="username"
        defaultValue={refused?.username}
        id="username"
        name="username"
        required
      />
      <label htmlFor="password">Password</label>
      <input
        autoComplete="current-password"
        data-testid="password"
        id="password"
        name="password"
        required
        type="password"
      />
      <button data-testid="sign-in" disabled={pending} type="submit">
        {pending ? 'Signing in…' : 'Sign in'}
      </button>
      {refused && <ErrorMessage message={refused.message} />}
    </form>
  )
}
