import type { RequestError } from './error.js'
import type { Failure } from './failure.js'

/** The signed-in user as the session document describes it; an app adds its own fields by module augmentation. */
export interface User {
  name?: string | null
  email?: string | null
  image?: string | null
  [claim: string]: unknown
}

/** Somebody is signed in. */
export interface Authenticated {
  status: 'authenticated'
  /** The user as the session document describes it. */
  user: User
  /** The token that the backend is called with. */
  accessToken?: string
  /** When the session ends, as an ISO 8601 date. */
  expires?: string
  /** The whole session document. */
  claims: Record<string, unknown>
}

/** Nobody is signed in. */
export interface Anonymous {
  status: 'anonymous'
}

/** Who is signed in could not be found out; this is not a sign-out. */
export interface Unknown {
  status: 'unknown'
  /** Why the session could not be read. */
  error: RequestError
}

/** Who is signed in. */
export type Session = Authenticated | Anonymous | Unknown

/** What a component reads at once: the last known session, or that none has been read yet. */
export type SessionSnapshot = Session | { status: 'loading' }

/** How a sign-out went: here it always succeeds. */
export interface SignedOut {
  /** Whether the server knows of it. If not, a cookie that scripts cannot read may still be good: sign out again later. */
  serverTold: boolean
  /** Why the server could not be told. */
  cause?: RequestError
}

/** What the user may do. */
export interface Permissions {
  /** The codes that the backend lists. */
  codes: string[]
}

/** A token for a link that signs its bearer in. */
export interface LinkToken {
  /** The token: put it into a link's fragment, which is sent to no server. */
  token: string
  /** When it ends, as an ISO 8601 date. */
  expires?: string
}

/** A session as the core reports it. */
export type CoreSession = Authenticated | Anonymous | { status: 'unknown'; error: Failure }
