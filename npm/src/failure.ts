import type { ErrorCode, ErrorKind, Sent } from '../generated/errors.js'

/** What the core throws and rejects with: plain data, so that it means the same in every realm. */
export interface Failure {
  kind: ErrorKind
  code: ErrorCode
  message: string
  retryable: boolean
  status?: number | undefined
  requestId?: string | undefined
  retryAfter?: number | undefined
  sent: Sent
  attempts: number
  problem?: Problem | undefined
}

/** What a server says of a problem: a problem document of RFC 9457. */
export interface Problem {
  /** What kind of problem it is, as a URI reference: `about:blank` where the document has none. */
  type: string
  /** What that kind is called. */
  title?: string
  /** What happened this time. */
  detail?: string
  /** Which time it was, as a URI reference. */
  instance?: string
  /** The whole document, with the members that are the server's own. */
  members?: unknown
}

/** The code of a named failure; what nobody has named is thrown on, for it is a defect. */
export const codeOf = (thrown: unknown): ErrorCode => {
  if (isFailure(thrown)) return thrown.code
  throw thrown
}

/** Tells whether a thrown value is a failure that the core has named. */
export const isFailure = (thrown: unknown): thrown is Failure => {
  const { kind, code } = (thrown ?? {}) as Partial<Failure>
  return typeof kind === 'string' && typeof code === 'string'
}
