import { type ErrorCode, type ErrorKind, networkFailed, type Sent } from '../generated/errors.js'
import { type Failure, isFailure, type Problem } from './failure.js'

/** What a log may hold of an error: nothing of a query, a token, a header or a body. */
export interface LogDetail {
  code: ErrorCode
  /** The method, or the name of what was asked of the client, such as `signIn`. */
  method?: string | undefined
  /** The path without its query. */
  route?: string | undefined
  /** Where it was sent. */
  origin?: string | undefined
  status?: number | undefined
  sent: Sent
  attempts: number
  requestId?: string | undefined
}

/**
 * Says why a call did not bring what was asked for.
 *
 * The message is what a user may see: it holds no token, no query string and nothing of a server's inside, but it may be the
 * backend's own words to that user. `logDetail()` is what a log may hold.
 */
export class RequestError extends Error {
  /** What a caller can do about it. */
  declare readonly kind: ErrorKind
  /** The stable name of what happened; part of the contract, unlike the message. */
  declare readonly code: ErrorCode
  /** The HTTP status, when a response came. */
  declare readonly status?: number | undefined
  /** The request id of the response, for finding the call in the server's log. */
  declare readonly requestId?: string | undefined
  /** Whether the same call may succeed later without anything being changed. */
  declare readonly retryable: boolean
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  declare readonly retryAfter?: number | undefined
  /** Whether the server may have received the call: after `unsent` it can be repeated without harm. */
  declare readonly sent: Sent
  /** How many requests were sent for the call. */
  declare readonly attempts: number
  /** What the server says of the problem, when it answered with a problem document (RFC 9457). */
  declare readonly problem?: Problem | undefined
  readonly #call: ErrorCall

  /** Makes an error of its parts, for example to hand one to a component under test. */
  constructor({ message, problem, ...failure }: ErrorParts, call: ErrorCall = {}) {
    // A log shows the stack, which V8 words when it is first read, and a user the message.
    super(failure.code)
    this.name = 'RequestError'
    void this.stack
    Object.assign(this, { sent: 'unsent', attempts: 0 }, failure)
    // Of a body, so that neither is listed with what a log shows.
    for (const [name, value] of Object.entries({ message, problem })) {
      Object.defineProperty(this, name, { value, configurable: true, writable: true })
    }
    this.#call = call
  }

  /** What a log may hold, as a line: `code=server_failed method=GET route=/api/posts …`. */
  logDetail(): string {
    const parts = Object.entries(this.toJSON()).filter(([, value]) => value !== undefined)
    return parts.map((part) => part.join('=')).join(' ')
  }

  /** The same in its parts, since errors get into logs as JSON. */
  toJSON(): LogDetail {
    const { code, status, sent, attempts, requestId } = this
    return { code, ...this.#call, status, sent, attempts, requestId }
  }
}

/** What an error is made of. */
export type ErrorParts = Omit<Failure, 'sent' | 'attempts'> & Partial<Failure>

/** Which call it was. */
export type ErrorCall = Pick<LogDetail, 'method' | 'route' | 'origin'>

/** Turns whatever was thrown into an error; what nobody has named is a chunk that did not load. */
export const requestError = (thrown: unknown, call?: ErrorCall): RequestError =>
  new RequestError(isFailure(thrown) ? thrown : networkFailed, call)
