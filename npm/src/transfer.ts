import type { RequestError } from './error.js'
import type { Result } from './request.js'

/** How a transfer is. */
export interface TransferState<Progress, T> {
  status: 'idle' | 'running' | 'done' | 'failed' | 'cancelled'
  progress: Progress | undefined
  data: T | undefined
  error: RequestError | undefined
}

/** What a caller may want to hear and say of a transfer. */
interface Heard<Progress> {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

/** One transfer after another, as a store that can be watched. */
export interface Transfer<Progress, T> {
  subscribe(listener: () => void): () => void
  getSnapshot(): TransferState<Progress, T>
  /** Cancels what is running, and begins. */
  start(
    begin: (heard: Required<Heard<Progress>>) => Promise<Result<T>>,
    own: Heard<Progress>,
  ): Promise<Result<T>>
  cancel(): void
}

const none = { progress: undefined, data: undefined, error: undefined }

/** Nothing has begun. */
export const idle: TransferState<never, never> = { status: 'idle', ...none }

/** Makes a store in which nothing has begun. */
export const createTransfer = <Progress, T>(): Transfer<Progress, T> => {
  const listeners = new Set<() => void>()
  let state: TransferState<Progress, T> = idle
  let running: AbortController | undefined
  const show = (changes: Partial<TransferState<Progress, T>>) => {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }
  const leave = () => {
    running?.abort()
    running = undefined
  }
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => state,
    start: async (begin, { signal, onProgress }) => {
      leave()
      const mine = new AbortController()
      running = mine
      show({ status: 'running', ...none })
      const stop = () => mine.abort()
      if (signal?.aborted) stop()
      signal?.addEventListener('abort', stop)
      const result = await begin({
        signal: mine.signal,
        onProgress: (progress) => {
          if (running === mine) show({ progress })
          onProgress?.(progress)
        },
      })
      signal?.removeEventListener('abort', stop)
      // What was left shows nothing any more.
      if (running !== mine) return result
      running = undefined
      const { data, error } = result
      if (!error) show({ status: 'done', data })
      else if (error.kind === 'aborted') show({ status: 'cancelled' })
      else show({ status: 'failed', error })
      return result
    },
    cancel: () => {
      if (!running) return
      leave()
      show({ status: 'cancelled' })
    },
  }
}
