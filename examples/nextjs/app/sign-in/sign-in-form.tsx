'use client'

import { signIn } from 'next-auth/react'
import { useActionState } from 'react'
import { ErrorMessage } from '@/app/error-message'

const messages: Readonly<Record<string, string>> = {
  credentials: 'The user name or the password is wrong.',
  unavailable: 'The service does not answer at the moment. Try again in a while.',
}

const submit = async (_previous: string | undefined, form: FormData): Promise<string | undefined> => {
  const username = String(form.get('username'))
  const password = String(form.get('password'))
  try {
    const result = await signIn('credentials', { username, password, redirect: false, redirectTo: '/' })
    if (result.error) return messages[result.code ?? ''] ?? 'You could not be signed in. Try again.'
    // A full load: nothing read before the sign-in stays in memory.
    window.location.assign(result.url ?? '/')
    return undefined
  } catch {
    return 'This site does not answer. Check your connection and try again.'
  }
}

/** Signs in with a name and a password, and says why when it cannot. */
export const SignInForm = () => {
  const [error, action, pending] = useActionState(submit, undefined)
  return (
    <form action={action} className="card stack">
      <label htmlFor="username">User name</label>
      <input
        autoCapitalize="none"
        autoComplete="username"
        data-testid="username"
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
      {error && <ErrorMessage message={error} />}
    </form>
  )
}
