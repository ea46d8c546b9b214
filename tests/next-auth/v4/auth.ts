import type { AuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { login, newName } from '../bench/login'

export const options: AuthOptions = {
  session: { strategy: 'jwt' },
  providers: [
    Credentials({
      credentials: { username: {}, password: { type: 'password' } },
      authorize: (credentials) => login(credentials?.username, credentials?.password),
    }),
  ],
  callbacks: {
    jwt: ({ token, user, trigger, session }) => {
      if (user) Object.assign(token, { accessToken: user.accessToken, refreshToken: user.refreshToken })
      if (trigger === 'update') token.name = newName(session) ?? token.name ?? null
      return token
    },
    session: ({ session, token }) => ({ ...session, accessToken: token.accessToken }),
  },
}
