import type { CoreReply } from './abi.js'
import type { Engine, Open } from './engine.js'
import { type RequestError, requestError } from './error.js'
import { type ClientOptions, checkOptions } from './options.js'
import type {
  DownloadOptions,
  Read,
  RequestOptions,
  Result,
  SavedFile,
  UploadOptions,
  Write,
} from './request.js'
import type { CoreSession, Session, SessionSnapshot } from './session.js'

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

/** Gives an entry its `createClient`, from its way to load the engine. */
export const clientFactory =
  (open: Open, privateBaseUrl?: () => string | undefined) =>
  (options: ClientOptions): Client => {
    const config = checkOptions(options, privateBaseUrl)
    const listeners = new Set<() => void>()
    let snapshot: SessionSnapshot = { status: 'loading' }
    let reported: CoreSession | undefined
    let engine: Promise<Engine> | undefined

    const show = (session: Session) => {
      snapshot = session
      for (const listener of listeners) listener()
    }
    const onSession = (session: CoreSession) => {
      if (session === reported) return
      reported = session
      show(session.status === 'unknown' ? { ...session, error: requestError(session.error) } : session)
    }
    const onNotice = () => {
      if (listeners.size) void getSession()
    }
    const loaded = () => {
      engine ??= open(config, { onSession, onNotice }).catch((thrown) => {
        engine = undefined
        throw thrown
      })
      return engine
    }

    const getSession: Client['getSession'] = async (options = {}) => {
      try {
        onSession(await (await loaded()).session(options))
        return snapshot as Session
      } catch (thrown) {
        const unknown: Session = { status: 'unknown', error: requestError(thrown) }
        if (snapshot.status === 'loading' && unknown.error.kind !== 'aborted') show(unknown)
        return unknown
      }
    }
    const result = async (ask: (engine: Engine) => Promise<CoreReply>): Promise<Result<never>> => {
      try {
        return (await ask(await loaded())) as Result<never>
      } catch (thrown) {
        const error: RequestError = requestError(thrown)
        return { error, status: error.status, requestId: error.requestId }
      }
    }
    const read = (method: string) => (path: string, options?: RequestOptions) =>
      result((engine) => engine.call(method, path, options ?? {}))
    const write = (method: string) => (path: string, body?: unknown, options?: RequestOptions) =>
      result((engine) => engine.call(method, path, { ...options, body }))

    return {
      get: read('GET'),
      post: write('POST'),
      put: write('PUT'),
      patch: write('PATCH'),
      delete: read('DELETE'),
      download: (path, options = {}) => result((engine) => engine.save(path, options)),
      upload: (path, file, options = {}) => result((engine) => engine.upload(path, file, options)),
      getSession,
      subscribe: (listener) => {
        listeners.add(listener)
        if (listeners.size === 1) void getSession()
        return () => listeners.delete(listener)
      },
      getSnapshot: () => snapshot,
    }
  }
