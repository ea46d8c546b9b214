'use client'

import { signIn } from 'next-auth/react'
import { useActionState } from 'react'
import { ErrorMessage } from '@/app/error-message'

const messages: Readonly<Record<string, string>> = {
  credentials: 'The user name or the password is wrong.',
  unavailable: 'The service does not answer at the moment. Try again in a while.',
}

interface Refusal {
  readonly username: string
  readonly message: string
}

const submit = async (_previous: Refusal | undefined, form: FormData): Promise<Refusal | undefined> => {
  const username = String(form.get('username'))
  const password = String(form.get('password'))
  const attempt = () => signIn('credentials', { username, password, redirect: false, redirectTo: '/' })
  try {
    let result = await attempt()
    // Auth.js gives each of a browser's first requests a CSRF cookie; when they overlap, the last one counts.
    if (result.error === 'MissingCSRF') result = await attempt()
    if (result.error) {
      const message = messages[result.code ?? ''] ?? 'You could not be signed in. Try again.'
      return { username, message }
    }
    // A full load: nothing read before the sign-in stays in memory.
    window.location.assign(result.url ?? '/')
    return undefined
  } catch {
    return { username, message: 'This site does not answer. Check your connection and try again.' }
  }
}

/** Signs in with a name and a password, and says why when it cannot. */
export const SignInForm = () => {
  const [refused, action, pending] = useActionState(submit, undefined)
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
