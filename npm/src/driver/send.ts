import { callInvalid, networkFailed } from '../../generated/errors.js'
import type { Limit } from './deadline.js'

/** Sends a request and waits for the head of its response. */
export const send = async (url: string, init: RequestInit, limit: Limit): Promise<Response> => {
  let request: Request
  try {
    // A stream as body needs `duplex`, which the types do not know yet.
    request = new Request(url, { ...init, signal: limit.signal, duplex: 'half' } as RequestInit)
  } catch {
    throw callInvalid
  }
  try {
    return await fetch(request)
  } catch {
    throw limit.cause(networkFailed)
  }
}

/** Reads a body to its end, in the way that `read` names. */
export const readBody = async <T>(read: () => Promise<T>, limit: Limit): Promise<T> => {
  try {
    return await read()
  } catch {
    throw limit.cause(networkFailed)
  }
}
