import { checkDialect, type Dialect } from './dialect.js'
import { RequestError } from './error.js'

/** Where tokens can be kept. */
export type TokenStorage = (typeof storages)[number]

const storages = ['memory', 'sessionStorage', 'localStorage', 'cookie'] as const

/** The settings of a client. */
export interface ClientOptions {
  /** How the backend talks, for example `authjs` from `twinfetch/dialects/authjs`. */
  dialect: Dialect
  /** The backend's address; `NEXT_PUBLIC_BACKEND_URL`, on a server `BACKEND_URL`, else `http://localhost:8080`. */
  baseUrl?: string | undefined
  /** The address of the app itself, which knows the session; the page's own origin unless it says otherwise. */
  appUrl?: string | undefined
  /**
   * How long one call may take with all its repetitions, in milliseconds: 30 000 unless it says otherwise, and one more for
   * each 16 bytes that are sent. A file that is received may take longer, as `idleTimeout` says.
   */
  timeout?: number | undefined
  /**
   * How long the server may take until it begins to answer one request, in milliseconds: 15 000 unless it says otherwise, and
   * one more for each 16 bytes that are sent; 0 is no limit.
   */
  attemptTimeout?: number | undefined
  /** How long the next piece of a body may take, in milliseconds: 30 000 unless it says otherwise; 0 is no limit. */
  idleTimeout?: number | undefined
  /**
   * How often a call is repeated by itself: 2 unless it says otherwise. Repeated is what does no harm: GET, PUT and DELETE, and
   * what carries an `Idempotency-Key`, after a failure of the network, 429, 502, 503 and 504.
   */
  retry?: number | undefined
  /**
   * Where the tokens of a sign-in are kept, for dialects which give some: `memory` unless it says otherwise, which a reload
   * loses. Any script of the page can read the others. The first place which has tokens is read, all are written.
   */
  storage?: TokenStorage | readonly TokenStorage[] | undefined
  /** The page to which a call leads, once, when nobody is signed in (401); it gets the way back as `returnTo`. */
  signInPage?: string | undefined
  /** How long a session that was read is believed, in milliseconds: 60 000 unless it says otherwise. */
  sessionMaxAge?: number | undefined
}

/** Settings that have been checked. */
export interface ClientConfig extends ClientOptions {
  baseUrl: string
  storage: readonly TokenStorage[]
}

/** Checks the settings at once, so that a wrong one is found where it is written. */
export const checkOptions = (
  options: ClientOptions,
  privateBaseUrl?: () => string | undefined,
): ClientConfig => {
  const {
    dialect,
    baseUrl = defaultBaseUrl(privateBaseUrl),
    appUrl,
    timeout,
    attemptTimeout,
    idleTimeout,
    retry,
    sessionMaxAge,
    signInPage,
  } = options ?? {}
  const storage = [options?.storage ?? []].flat() as TokenStorage[]
  checkDialect(dialect, refuse)
  checkAddress('baseUrl', baseUrl)
  if (appUrl !== undefined) checkAddress('appUrl', appUrl)
  checkDuration('timeout', timeout, 1)
  checkDuration('attemptTimeout', attemptTimeout, 0)
  checkDuration('idleTimeout', idleTimeout, 0)
  checkDuration('sessionMaxAge', sessionMaxAge, 0)
  if (retry !== undefined && !(Number.isInteger(retry) && retry >= 0))
    refuse('retry must be a whole number, at least 0')
  if (!storage.every((place) => storages.includes(place))) refuse(`storage must be of ${storages.join(', ')}`)
  if (storage.includes('cookie') && !('cookie' in dialect.seal))
    refuse('storage cookie needs a seal with a cookie')
  if (!/^(\/(?!\/)[^\\?#\s]*)?$/.test(signInPage ?? ''))
    refuse('signInPage must be a path of the app, without query')
  return { ...options, baseUrl, storage }
}

// Written out in full because bundlers replace exactly this text; where they do not, there may be no `process`.
const defaultBaseUrl = (privateBaseUrl?: () => string | undefined): string => {
  let url: string | undefined
  try {
    url = process.env.NEXT_PUBLIC_BACKEND_URL || privateBaseUrl?.()
  } catch {}
  return url || 'http://localhost:8080'
}

const refuse = (complaint: string): never => {
  const code = complaint.startsWith('dialect') ? 'dialect_invalid' : 'config_invalid'
  throw new RequestError({ kind: 'config', code, message: `createClient: ${complaint}.`, retryable: false })
}

const checkAddress = (setting: string, address: unknown) => {
  try {
    const { protocol, username, password, pathname } = new URL(address as string)
    const plain = /^https?:$/.test(protocol) && !username && !password && !pathname.includes('//')
    if (plain && !/[?#]/.test(address as string)) return
  } catch {}
  refuse(`${setting} must be an absolute http or https URL without user name, query and fragment`)
}

const checkDuration = (setting: string, duration: unknown, least: number) => {
  if (duration === undefined || ((duration as number) >= least && Number.isFinite(duration))) return
  refuse(`${setting} must be a number of milliseconds, at least ${least}`)
}
