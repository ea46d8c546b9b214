import { callInvalid, networkFailed, offline, responseTimedOut } from '../../generated/errors.js'
import { isFailure } from '../failure.js'
import type { Deadline } from './deadline.js'

/** Sends a request and waits for the head of its response. */
export const send = async (url: string, init: RequestInit, deadline: Deadline): Promise<Response> => {
  let request: Request
  try {
    // A stream as body needs `duplex`, which the types do not know yet.
    request = new Request(url, { ...init, signal: deadline.signal, duplex: 'half' } as RequestInit)
  } catch {
    throw callInvalid
  }
  // Asked before: what fails while the network goes may have been received. A service worker answers without any.
  const other = globalThis.navigator?.onLine === false ? offline : networkFailed
  try {
    return await deadline.wait(fetch(request), deadline.limits.attempt, responseTimedOut)
  } catch (thrown) {
    throw isFailure(thrown) ? thrown : other
  }
}
