import type {
  DownloadOptions,
  Read,
  RequestOptions,
  Result,
  SavedFile,
  UploadOptions,
  VerbResult,
  Write,
} from './request.js'
import type { LinkToken, Permissions, Session, SessionSnapshot, SignedOut } from './session.js'

/** What a verb may say besides its data. */
export type VerbOptions = Pick<RequestOptions, 'signal' | 'timeout'>

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
  /** Signs in with what the backend asks for, such as `{ email, password }`; `sign_in_refused` when it says no. */
  signIn: (credentials: Record<string, unknown>, options?: VerbOptions) => Promise<VerbResult<Session>>
  /** Makes an account and signs in. */
  register: (details: Record<string, unknown>, options?: VerbOptions) => Promise<VerbResult<Session>>
  /** Signs out. Here it always succeeds, and leaves no trace of the user; the result says whether the server was told. */
  signOut: (options?: VerbOptions) => Promise<VerbResult<SignedOut>>
  /** Gets new tokens, or reads the session anew, without waiting for a refusal. */
  refresh: (options?: VerbOptions) => Promise<VerbResult<Session>>
  /** Changes the session's own data (Auth.js: the callback `jwt` gets it with `trigger: 'update'`). */
  update: (data: unknown, options?: VerbOptions) => Promise<VerbResult<Session>>
  /** Asks what the user may do, and keeps it for `can`. */
  permissions: (options?: VerbOptions) => Promise<VerbResult<Permissions>>
  /** Whether the user may do this, as far as it is known: the first question asks the backend, and subscribers are told. */
  can: (code: string) => boolean
  /** Makes a token for a link that signs its bearer in. */
  createLinkToken: (options?: VerbOptions) => Promise<VerbResult<LinkToken>>
  /** Signs in by the token in the page's address, and takes it out of there; `undefined` when there is none. */
  signInWithLink: (options?: VerbOptions) => Promise<VerbResult<Session> | undefined>
  /** Leaves the page for the provider's sign-in; `returnTo`, a path of the app, is the current page unless it says otherwise. */
  signInWithRedirect: (options?: VerbOptions & { returnTo?: string }) => Promise<VerbResult<undefined>>
  /** Calls the listener whenever the session has become another, until the returned function is called. */
  subscribe: (listener: () => void) => () => void
  /** The last known session, the same object until it changes. */
  getSnapshot: () => SessionSnapshot
}
