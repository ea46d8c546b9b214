import { callInvalid, networkFailed, offline, responseTimedOut } from '../../generated/errors.js'
import type { Pair } from '../abi.js'
import type { Deadline } from './deadline.js'
import type { Fence } from './upload-fence.js'

/** Hears how many bytes of a body have left, of how many. */
export type Count = (sent: number, total: number) => void

/** What a timer can wait at most, in milliseconds: a longer wait would be none. */
const LONGEST = 2 ** 31 - 1

/**
 * Sends a request as `send` does, counts its body, and resolves with the head of the response. While bytes leave, only a standstill
 * ends it, after the idle limit; the limit for the head counts from the last byte.
 */
export const sendCounted = async (
  { request, seal, held, close }: Fence,
  url: string,
  { method, headers, credentials, body }: RequestInit,
  deadline: Deadline,
  count: Count,
): Promise<Response> => {
  const other = globalThis.navigator?.onLine === false ? offline : networkFailed
  const { limits } = deadline
  let timer: ReturnType<typeof setTimeout> | undefined
  const head = new Promise<Response>((resolve, reject) => {
    const watch = (limit: number) => {
      clearTimeout(timer)
      if (limit && limit < LONGEST) timer = setTimeout(() => reject(responseTimedOut), limit)
    }
    const moved = ({ loaded, total }: ProgressEvent) => {
      watch(limits.idle)
      try {
        count(loaded, total)
      } catch (thrown) {
        reject(thrown)
      }
    }
    request.upload.onloadstart = moved
    request.upload.onprogress = moved
    request.upload.onload = () => watch(limits.attempt)
    request.onreadystatechange = () => {
      const { readyState, responseURL } = request
      if (readyState !== request.HEADERS_RECEIVED) return
      watch(0)
      if (bare(responseURL) !== bare(new URL(url).href)) return resolve(Response.error())
      try {
        resolve(responseOf(request, close))
      } catch {
        // A status or a header that is none.
        reject(networkFailed)
      }
    }
    // What the policy kept in is told a moment later.
    request.onerror = () => setTimeout(() => (held() ? resolve(Response.error()) : reject(other)))
  })
  try {
    request.open(method as string, url)
    for (const [name, value] of headers as Pair[]) request.setRequestHeader(name, value)
    request.withCredentials = credentials === 'include'
    request.responseType = 'arraybuffer'
    request.send(body as XMLHttpRequestBodyInit)
    seal()
  } catch {
    close()
    throw callInvalid
  }
  // Who reads the body closes; a redirect has none.
  let response: Response | undefined
  try {
    response = await deadline.wait(head)
    return response
  } finally {
    clearTimeout(timer)
    if (!response?.status) close()
  }
}

/** An address without its fragment; a scheme that the page has all its requests changed to is no redirect. */
const bare = (url: string) => url.replace(/^https?|#.*/g, '')

/**
 * A response whose body comes whole at its end; the pieces before are empty, and show that it moves. It has no status text: not every
 * one that a server sends can be that of a `Response`.
 */
const responseOf = (request: XMLHttpRequest, close: () => void): Response => {
  const { status } = request
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      request.onprogress = () => controller.enqueue(new Uint8Array())
      request.onload = () => {
        controller.enqueue(new Uint8Array(request.response))
        controller.close()
        close()
      }
      request.onerror = () => {
        controller.error()
        close()
      }
    },
    cancel: close,
  })
  const hasBody = ![204, 205, 304].includes(status)
  if (!hasBody) request.onloadend = close
  return new Response(hasBody ? body : null, { status, headers: headersOf(request) })
}

const headersOf = (request: XMLHttpRequest): Headers => {
  const headers = new Headers()
  for (const line of request.getAllResponseHeaders().trim().split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return headers
}
