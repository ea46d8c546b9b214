import type { RequestError } from './error.js'

/** A value that a query parameter can have; `null` and `undefined` leave the parameter out. */
export type QueryValue = string | number | boolean | null | undefined

/** Query parameters by name; a list repeats its name. */
export type Query = Record<string, QueryValue | readonly QueryValue[]>

/** What every call can be given. */
export interface RequestOptions {
  /** Query parameters, added to those of the path. */
  query?: Query | undefined
  /** Further request headers. */
  headers?: HeadersInit | undefined
  /** Stops the call when it fires. */
  signal?: AbortSignal | undefined
  /**
   * How long the whole call may take, in milliseconds; the client's own timeout otherwise. Of a file that is received (a
   * download, `as: 'blob'`) until it begins to come.
   */
  timeout?: number | undefined
  /** How long the server may take until it begins to answer one request, in milliseconds; the client's own limit otherwise. */
  attemptTimeout?: number | undefined
  /** How long the next piece of the response's body may take, in milliseconds; the client's own limit otherwise. */
  idleTimeout?: number | undefined
  /** How often the call is repeated by itself where that does no harm; as the client says otherwise. */
  retry?: number | undefined
  /** How the browser's HTTP cache is used; the browser's default otherwise. */
  cache?: RequestCache | undefined
}

/** What a call of `get`, `post`, `put`, `patch` or `delete` can be given. */
export interface CallOptions extends RequestOptions {
  /** What the body is read as: JSON unless it says otherwise. */
  as?: 'json' | undefined
}

/** How large a transfer is, how fast, and how long it will take, as far as that is known. */
export interface Transfer {
  /**
   * Bytes of the whole file. Unknown until the end where the server does not say it, and where the bytes are packed on the way, or
   * may be: the length is then that of other bytes.
   */
  total?: number
  /** Bytes a second, of late; unknown during the first half second. */
  rate?: number
  /** How long it will take from now on, in milliseconds; unknown without a total and a rate. */
  remaining?: number
}

/** How far a download is. */
export interface Progress extends Transfer {
  /** Bytes of the file that have arrived; fewer than before where it had to begin anew. */
  received: number
}

/** What a download can be given. */
export interface DownloadOptions extends RequestOptions {
  /** The file's name where the response brings none. */
  filename?: string | undefined
  /** Hears how far the download is: at once, ten times a second at most, and at the end. */
  onProgress?: ((progress: Progress) => void) | undefined
  /**
   * Where the file is written; otherwise it is handed to the browser to save.
   *
   * - A `FileSystemFileHandle`, such as `showSaveFilePicker` brings, has the new content once all of it has arrived, and its old
   *   content otherwise.
   * - In a `FileSystemDirectoryHandle` a file with the response's name is made, which replaces none: `name (1).csv` where there is
   *   a `name.csv`.
   * - A `WritableStream` gets the pieces as they come and as fast as it takes them, is closed at the end, and aborted where the
   *   download fails. It needs no page. What has gone into it cannot be taken back: where the file has to begin anew after a
   *   broken connection, the download fails.
   */
  to?: FileSystemFileHandle | FileSystemDirectoryHandle | WritableStream<Uint8Array> | undefined
  /**
   * How many bytes may be held in memory where the browser has no other place for a file without `to`: 268 435 456 (256 MiB) unless
   * it says otherwise. What is larger ends as `storage_full`. Where there is the origin private file system, no more than
   * 16 MiB are held.
   */
  memoryLimit?: number | undefined
}

/** What an upload can be given. */
export interface UploadOptions extends RequestOptions {
  /** The form field that holds the file: `file` unless it says otherwise. */
  field?: string | undefined
  /** The file's name; the `File`'s own otherwise. */
  filename?: string | undefined
  /**
   * Hears how far the upload is: at once, ten times a second at most, and at the end. The end is told when the server has answered.
   * Where the upload has to be sent again, after a renewal or a failure, `sent` begins anew at 0.
   *
   * Such an upload may take as long as bytes leave: it ends after `idleTimeout` without any, and by the `timeout` that is given
   * here, if one is. A server of another origin is asked beforehand whether it allows it (a CORS preflight). Without
   * a page, behind a service worker and where a browser cannot tell, the beginning and the end are told.
   */
  onProgress?: ((progress: UploadProgress) => void) | undefined
}

/** How far an upload is. */
export interface UploadProgress extends Transfer {
  /** Bytes that have left; of a form, with those between the files. Fewer than before where it had to begin anew. */
  sent: number
}

/** A file that was saved, or handed to the browser to save. */
export interface SavedFile {
  /** The name it was saved under; for a `WritableStream`, the name it is to have. */
  filename: string
  /** Its size in bytes. */
  size: number
}

/** The answer of a call: `error` is set, or `data` is, which is `undefined` where the response has none (204). */
export type Result<T> =
  | {
      data: T
      error?: undefined
      /** The HTTP status. */
      status: number
      /** The request id of the response. */
      requestId?: string | undefined
    }
  | {
      data?: undefined
      error: RequestError
      /** The HTTP status, when a response came. */
      status?: number | undefined
      /** The request id of the response. */
      requestId?: string | undefined
    }

/** What a verb brought: `error` is set, or `data` is. */
export type VerbResult<T> = { data: T; error?: undefined } | { data?: undefined; error: RequestError }

/** A call without a body of its own. */
export interface Read {
  <T = unknown>(path: string, options?: CallOptions): Promise<Result<T>>
  (path: string, options: RequestOptions & { as: 'text' }): Promise<Result<string>>
  (path: string, options: RequestOptions & { as: 'blob' }): Promise<Result<Blob>>
  (path: string, options: RequestOptions & { as: 'response' }): Promise<Result<Response>>
}

/** A call with a body: plain data is sent as JSON, what `fetch` can send by itself is sent as it is. */
export interface Write {
  <T = unknown>(path: string, body?: unknown, options?: CallOptions): Promise<Result<T>>
  (path: string, body: unknown, options: RequestOptions & { as: 'text' }): Promise<Result<string>>
  (path: string, body: unknown, options: RequestOptions & { as: 'blob' }): Promise<Result<Blob>>
  (path: string, body: unknown, options: RequestOptions & { as: 'response' }): Promise<Result<Response>>
}
