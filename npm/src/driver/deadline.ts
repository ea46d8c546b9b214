import { aborted, timedOut } from '../../generated/errors.js'
import type { Failure } from '../failure.js'

/** How long a call waits for parts of itself, in milliseconds; 0 is no limit. */
export interface Limits {
  /** For the head of a response: one attempt. */
  attempt: number
  /** For the next piece of a body. */
  idle: number
}

/** When a call stops waiting: its time is over, or its caller gave up. */
export interface Deadline {
  readonly limits: Limits
  /** What `fetch` listens to. One that a limit has ended is followed by a new one. */
  readonly signal: AbortSignal
  /** How many milliseconds there still are. */
  left(): number
  /** Adds so many milliseconds to what the call itself has not set. */
  grow(more: number, own: { timeout?: number | undefined; attemptTimeout?: number | undefined }): void
  /** Waits for a promise, but not longer than the deadline, nor than a limit, which ends the attempt as `late` says. */
  wait<T>(promise: Promise<T>, limit?: number, late?: Failure): Promise<T>
  /** Lets so many milliseconds pass. */
  sleep(milliseconds: number): Promise<void>
  /** Ends the wait now, as the caller could. */
  abort(): void
  /** Stops the clock; the caller's signal still ends what goes on. */
  stop(): void
  /** Ends the watch: nothing goes on. */
  end(): void
}

/** What a timer can wait at most, in milliseconds: a longer wait would be none. */
const LONGEST = 2 ** 31 - 1

/** Starts the clock; `timeout` is in milliseconds, 0 means no limit. */
export const startDeadline = (
  timeout: number,
  caller?: AbortSignal,
  limits: Limits = { attempt: 0, idle: 0 },
): Deadline => {
  let controller = new AbortController()
  let over: Failure | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let end: number
  const finish = (why: Failure) => {
    over ??= why
    controller.abort()
  }
  const abort = () => finish(aborted)
  const start = (milliseconds: number) => {
    clearTimeout(timer)
    end = performance.now() + milliseconds
    if (milliseconds < LONGEST) timer = setTimeout(() => finish(timedOut), milliseconds)
  }
  const stop = () => start(Number.POSITIVE_INFINITY)
  const left = () => end - performance.now()
  const wait: Deadline['wait'] = (promise, limit = 0, late = timedOut) => {
    const mine = controller
    const { signal } = mine
    let within: ReturnType<typeof setTimeout> | undefined
    let stopped: (() => void) | undefined
    return new Promise<Awaited<typeof promise>>((resolve, reject) => {
      stopped = () => reject(over ?? late)
      if (signal.aborted) stopped()
      signal.addEventListener('abort', stopped)
      if (limit && limit < LONGEST) {
        within = setTimeout(() => {
          controller = new AbortController()
          mine.abort()
        }, limit)
      }
      promise.then(resolve as never, (thrown) => reject(signal.aborted ? (over ?? late) : thrown))
    }).finally(() => {
      clearTimeout(within)
      signal.removeEventListener('abort', stopped as () => void)
    })
  }
  if (caller?.aborted) throw aborted
  caller?.addEventListener('abort', abort)
  start(timeout || Number.POSITIVE_INFINITY)
  return {
    limits,
    get signal() {
      return controller.signal
    },
    left,
    grow: (more, own) => {
      if (own.timeout === undefined) start(left() + more)
      if (own.attemptTimeout === undefined && limits.attempt) limits.attempt += more
    },
    wait,
    sleep: (milliseconds) => {
      let sleeping: ReturnType<typeof setTimeout> | undefined
      const slept = new Promise<void>((resolve) => {
        sleeping = setTimeout(resolve, milliseconds)
      })
      return wait(slept).finally(() => clearTimeout(sleeping))
    },
    abort,
    stop,
    end: () => {
      stop()
      caller?.removeEventListener('abort', abort)
    },
  }
}
