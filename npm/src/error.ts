import { type ErrorCode, type ErrorKind, networkFailed } from '../generated/errors.js'
import { type Failure, isFailure } from './failure.js'

/**
 * Says why a call did not bring what was asked for.
 *
 * The message can be shown to a user as it is: it holds no token, no query string and nothing of a server's inside.
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

  /** Makes an error of its parts, for example to hand one to a component under test. */
  constructor(failure: Failure) {
    super(failure.message)
    Object.assign(this, failure)
    this.name = 'RequestError'
  }
}

/** Turns whatever was thrown into an error; what nobody has named is a chunk that did not load. */
export const requestError = (thrown: unknown): RequestError =>
  new RequestError(isFailure(thrown) ? thrown : networkFailed)
