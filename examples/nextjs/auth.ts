import NextAuth from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { parseLogin } from '@/login'
import { privateBackendUrl } from '@/settings'

const login = async (credentials: Partial<Record<string, unknown>>) => {
  const response = await fetch(new URL('/api/auth/login', privateBackendUrl()), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: credentials['username'],
      password: credentials['password'],
    }),
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  })
  if (response.status === 401) return null
  if (!response.ok) throw new Error(`The login endpoint answered ${response.status}.`)
  return parseLogin(await response.json())
}

export const { auth, handlers } = NextAuth({
  pages: { signIn: '/sign-in' },
  session: { strategy: 'jwt' },
  providers: [
    Credentials({
      credentials: { username: {}, password: { type: 'password' } },
      // A backend without a verdict on the password makes it throw: Auth.js logs that, and calls it no wrong password.
      authorize: login,
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => {
      if (user) {
        token.id = user.id
        token.accessToken = user.accessToken
        token.refreshToken = user.refreshToken
      }
      return token
    },
    // The refresh token stays in the encrypted cookie: the session document is readable by any script of the page.
    session: ({ session, token }) => {
      if (token.id) session.user.id = token.id
      if (token.accessToken) session.accessToken = token.accessToken
      return session
    },
  },
})
