import { callInvalid } from '../../generated/errors.js'
import type { Core, Flight } from '../abi.js'
import type { UploadOptions, UploadProgress } from '../request.js'
import { tell } from '../tell.js'
import { isStream, sizeOf } from './body.js'
import type { Sender } from './call.js'
import { send } from './send.js'
import { type Fence, openFence } from './upload-fence.js'
import { sendCounted } from './upload-request.js'
import { sendStream, takesStreams } from './upload-stream.js'

/** How many bytes may have left this page, and not yet its machine. */
const BUFFERED = 4 * 2 ** 20

/** How many bytes of them are given a millisecond. */
const BYTES = 16

/** Has the requests of one flight tell how far they are. */
export const senderOf = (core: Core, { onProgress, timeout, attemptTimeout }: UploadOptions) => {
  return (flight: Flight): Sender => {
    let sent = 0
    let total: number | undefined
    const count = (now: number, of?: number) => {
      sent = now
      total = of
      const pace = onProgress && core.measure(flight, performance.now(), sent, total)
      if (!pace) return
      const progress: UploadProgress = total === undefined ? { sent, ...pace } : { sent, total, ...pace }
      tell(() => onProgress(progress))
    }
    // All bytes have left when the server says so, and not when they are out of the page.
    const countSome = (now: number, of: number) => {
      total = of
      if (now < of) count(now, of)
    }
    let isFirst = true
    return {
      send: async (url, init, deadline) => {
        const body = init.body as BodyInit
        const streams = isStream({ content: body })
        // What moves may take its time.
        if (isFirst) {
          const buffered = streams ? Number.POSITIVE_INFINITY : Math.min(sizeOf(body), BUFFERED)
          deadline.grow(Number.POSITIVE_INFINITY, { timeout, attemptTimeout: 0 })
          deadline.grow(buffered / BYTES, { timeout: 0, attemptTimeout })
          isFirst = false
        }
        if (streams) return sendStream(url, init, deadline, count)
        const opening = fenceFor(url, init)
        const fence = await deadline.wait(opening).catch((thrown) => {
          opening.then((late) => late?.close())
          throw thrown
        })
        if (fence) return sendCounted(fence, url, init, deadline, countSome)
        count(0, sizeOf(body))
        return send(url, init, deadline)
      },
      done: () => count(total ?? sent, total ?? sent),
    }
  }
}

/**
 * Refuses a stream where none can be sent: browsers send one over HTTP/2 or later, which none of them speaks without TLS. `baseUrl`
 * is where it is to go.
 */
export const checkStream = (baseUrl: string): void => {
  if (takesStreams() && (typeof document === 'undefined' || !baseUrl.startsWith('http:'))) return
  throw {
    ...callInvalid,
    message:
      'A stream cannot be sent from here: that takes a browser which can, and HTTP/2. Upload a File or a Blob.',
  }
}

/**
 * A fence, where there are policies, and requests in it are those which `fetch` would send: a service worker follows redirects as
 * it likes, an `XMLHttpRequest` keeps no cookies back from the page's own origin, and no policy can name an IPv6 address.
 */
const fenceFor = async (url: string, { credentials }: RequestInit): Promise<Fence | undefined> => {
  if (typeof document === 'undefined' || typeof SecurityPolicyViolationEvent === 'undefined') return undefined
  if (globalThis.navigator?.serviceWorker?.controller) return undefined
  const { origin, hostname } = new URL(url)
  if (hostname.startsWith('[') || (credentials === 'omit' && origin === location.origin)) return undefined
  return openFence(origin).catch(() => undefined)
}
