import { aborted, timedOut } from '../../generated/errors.js'
import type { Failure } from '../failure.js'

/** What ends a request early. */
export interface Limit {
  /** What `fetch` listens to. */
  readonly signal: AbortSignal
  /** Why something failed: the limit, the caller, or else `other`. */
  cause(other: Failure): Failure
}

/** When a call stops waiting: its time is over, or its caller gave up. */
export interface Deadline extends Limit {
  /** Starts the clock anew: something has arrived. */
  extend(): void
  /** Waits for a promise, but not longer than the deadline. */
  wait<T>(promise: Promise<T>): Promise<T>
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
export const startDeadline = (timeout: number, caller?: AbortSignal): Deadline => {
  const controller = new AbortController()
  const { signal } = controller
  const abort = () => controller.abort()
  let late = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const extend = () => {
    clearTimeout(timer)
    if (!timeout) return
    timer = setTimeout(
      () => {
        late = true
        abort()
      },
      Math.min(timeout, LONGEST),
    )
  }
  const stop = () => clearTimeout(timer)
  const cause = (other: Failure) => (late ? timedOut : signal.aborted ? aborted : other)
  if (caller?.aborted) throw aborted
  caller?.addEventListener('abort', abort)
  extend()
  return {
    signal,
    extend,
    cause,
    wait: (promise) =>
      new Promise((resolve, reject) => {
        const over = () => reject(cause(aborted))
        if (signal.aborted) over()
        signal.addEventListener('abort', over)
        promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', over))
      }),
    abort,
    stop,
    end: () => {
      stop()
      caller?.removeEventListener('abort', abort)
    },
  }
}
