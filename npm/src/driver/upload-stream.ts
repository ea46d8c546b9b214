import { responseTimedOut } from '../../generated/errors.js'
import type { Deadline } from './deadline.js'
import { send } from './send.js'

/** Whether this browser sends a stream while it is read; others would send its name. */
export const takesStreams = (): boolean => {
  let asked = false
  try {
    const { headers } = new Request('data:,', {
      method: 'POST',
      body: new ReadableStream(),
      get duplex() {
        asked = true
        return 'half'
      },
    } as RequestInit)
    return asked && !headers.has('content-type')
  } catch {
    return false
  }
}

/** Sends a stream and counts what the network takes of it; when that takes nothing more for the idle limit, it ends. */
export const sendStream = async (
  url: string,
  init: RequestInit,
  deadline: Deadline,
  count: (sent: number) => void,
): Promise<Response> => {
  const { idle } = deadline.limits
  const reader = (init.body as ReadableStream<Uint8Array>).getReader()
  let sent = 0
  let stalled = false
  let answered = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        clearTimeout(timer)
        count(sent)
        const { value, done } = await reader.read()
        if (done) return controller.close()
        sent += value.byteLength
        controller.enqueue(value)
        const stop = () => {
          stalled = true
          controller.error(responseTimedOut)
          reader.cancel().catch(() => {})
        }
        if (idle && !answered) timer = setTimeout(stop, idle)
      },
      cancel: (reason) => {
        clearTimeout(timer)
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  try {
    return await send(url, { ...init, body }, deadline)
  } catch (thrown) {
    throw stalled ? responseTimedOut : thrown
  } finally {
    answered = true
    clearTimeout(timer)
  }
}
