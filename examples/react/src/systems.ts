import type { Dialect } from 'twinfetch'
import { cookieJwt } from 'twinfetch/dialects/cookie-jwt'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { oauthCookie } from 'twinfetch/dialects/oauth-cookie'
import { singleUser } from 'twinfetch/dialects/single-user'

/** The systems of this example, as addresses name them. */
export type SystemName = 's1' | 's2' | 's3' | 's4'

/** One field of a sign-in form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'email' | 'password'
  readonly autoComplete: string
}

/** What a page has to know of a system; everything else is the dialect's business. */
export interface System {
  readonly name: SystemName
  readonly title: string
  readonly about: string
  readonly dialect: Dialect
  /** What somebody can sign in with here. */
  readonly hint: string
  /** What the form asks for; nothing where a provider asks. */
  readonly fields: readonly Field[]
}

const email: Field = { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'username' }
const password: Field = {
  name: 'password',
  label: 'Password',
  type: 'password',
  autoComplete: 'current-password',
}

export const systems: Readonly<Record<SystemName, System>> = {
  s1: {
    name: 's1',
    title: 'Dual tokens',
    about: 'A short-lived access token, and a refresh token which is spent on the next pair.',
    dialect: dualToken,
    hint: 'ada@example.com with lovelace-1843, or grace@example.com with hopper-1906',
    fields: [email, password],
  },
  s2: {
    name: 's2',
    title: 'Cookie with permissions',
    about: 'A cookie that no script can read, and a list of what its owner may do.',
    dialect: cookieJwt,
    hint: 'ada@example.com with lovelace-1843, grace@example.com with hopper-1906, or admin@example.com with Admin@123456',
    fields: [email, password],
  },
  s3: {
    name: 's3',
    title: 'Single user with links',
    about: 'One password, and links that sign their bearer in.',
    dialect: singleUser,
    hint: 'admin123',
    fields: [password],
  },
  s4: {
    name: 's4',
    title: 'OAuth',
    about: 'Sign-in at an OpenID provider, and a session in a cookie.',
    dialect: oauthCookie,
    hint: 'the provider of the demo, which takes everybody for Ada Lovelace',
    fields: [],
  },
}

/** The system that a path belongs to. */
export const systemOf = (path: string): System | undefined => {
  const [, name = ''] = path.split('/')
  return Object.hasOwn(systems, name) ? systems[name as SystemName] : undefined
}
