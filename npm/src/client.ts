import type { DownloadOptions, Read, Result, SavedFile, UploadOptions, Write } from './request.js'
import type { Session, SessionSnapshot } from './session.js'

/** Calls one backend with the session of one app. Its methods need no `this`. */
export interface Client {
  /** Reads what is at a path. */
  get: Read
  /** Sends a body to a path. */
  post: Write
  /** Puts a body at a path. */
  put: Write
  /** Changes what is at a path. */
  patch: Write
  /** Removes what is at a path. */
  delete: Read
  /** Downloads a file, with its session, and hands it to the browser to save. */
  download: (path: string, options?: DownloadOptions) => Promise<Result<SavedFile>>
  /** Sends a file as a form, or a form as it is. */
  upload: <T = unknown>(
    path: string,
    file: Blob | FormData | ReadableStream,
    options?: UploadOptions,
  ) => Promise<Result<T>>
  /** Reads who is signed in; many calls at once are one read. Never rejects. */
  getSession: (options?: {
    /** Asks the app again, even if the last answer is recent. */
    fresh?: boolean
    /** Stops waiting when it fires. */
    signal?: AbortSignal
  }) => Promise<Session>
  /** Calls the listener whenever the session has become another, until the returned function is called. */
  subscribe: (listener: () => void) => () => void
  /** The last known session, the same object until it changes. */
  getSnapshot: () => SessionSnapshot
}
