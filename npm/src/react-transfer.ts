import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { RequestError } from './error.js'
import { useClient } from './react-session.js'
import type {
  DownloadOptions,
  Progress,
  Result,
  SavedFile,
  UploadOptions,
  UploadProgress,
} from './request.js'
import { createTransfer, idle, type TransferState } from './transfer.js'

/**
 * How a download is: `status`; `progress`, how far it is or was at its end; `file`, what was saved; and `error`, why it failed.
 */
export type DownloadState = Stages<Progress, 'file', SavedFile>

/**
 * How an upload is: `status`; `progress`, how far it is or was at its end; `data`, what the server answered; and `error`, why it
 * failed.
 */
export type UploadState<T> = Stages<UploadProgress, 'data', T>

type Stages<Progress, Name extends string, T> =
  | Stage<'idle', undefined, Name, undefined>
  | Stage<'running' | 'cancelled', Progress | undefined, Name, undefined>
  | Stage<'done', Progress | undefined, Name, T>
  | Stage<'failed', Progress | undefined, Name, undefined, RequestError>

type Stage<Status, Progress, Name extends string, T, Error = undefined> = {
  status: Status
  progress: Progress
  error: Error
} & { [name in Name]: T }

/** What begins and ends the transfers of a component; both are the same functions as long as the client is. */
export interface Starter<Arguments extends unknown[], T> {
  /**
   * Begins, in an event handler or an effect, and brings what the client's own method does. One that is still running is
   * cancelled: a component shows one.
   */
  start: (...given: Arguments) => Promise<Result<T>>
  /** Ends what is running: its connection too. */
  cancel: () => void
}

const atServer = () => idle

const useTransfer = <Progress, T>() => {
  const [transfer] = useState(() => createTransfer<Progress, T>())
  const state = useSyncExternalStore<TransferState<Progress, T>>(
    transfer.subscribe,
    transfer.getSnapshot,
    atServer,
  )
  // Nobody sees any more how far it is, nor can end it.
  useEffect(() => transfer.cancel, [transfer])
  return { transfer, state }
}

/**
 * Downloads files for a component, one at a time. What is running when the component goes is cancelled; what is to go on belongs
 * into a component that stays, or to `client.download`.
 *
 * ```tsx
 * const Export = () => {
 *   const { status, progress, file, error, start, cancel } = useDownload()
 *   if (status === 'running')
 *     return (
 *       <>
 *         <progress aria-label="Export" max={progress?.total ?? 1} value={progress?.total && progress.received} />
 *         <button onClick={cancel}>Cancel</button>
 *       </>
 *     )
 *   return <button onClick={() => start('/api/export')}>{file ? `Saved ${file.filename}` : 'Export'}{error?.message}</button>
 * }
 * ```
 */
export const useDownload = (): DownloadState &
  Starter<[path: string, options?: DownloadOptions], SavedFile> => {
  const { download } = useClient()
  const { transfer, state } = useTransfer<Progress, SavedFile>()
  const start = useCallback(
    (path: string, options: DownloadOptions = {}) =>
      transfer.start((heard) => download(path, { ...options, ...heard }), options),
    [download, transfer],
  )
  const { data: file, ...rest } = state
  return { ...(rest as object), file, start, cancel: transfer.cancel } as ReturnType<typeof useDownload>
}

/**
 * Uploads files for a component, one at a time, as `client.upload` does. What is running when the component goes is cancelled.
 *
 * ```tsx
 * const { status, progress, data, error, start, cancel } = useUpload<{ id: string }>()
 * <input type="file" onChange={({ target }) => target.files?.[0] && start('/api/files', target.files[0])} />
 * ```
 */
export const useUpload = <T = unknown>(): UploadState<T> &
  Starter<[path: string, file: Blob | FormData | ReadableStream, options?: UploadOptions], T> => {
  const { upload } = useClient()
  const { transfer, state } = useTransfer<UploadProgress, T>()
  const start = useCallback(
    (path: string, file: Blob | FormData | ReadableStream, options: UploadOptions = {}) =>
      transfer.start((heard) => upload<T>(path, file, { ...options, ...heard }), options),
    [upload, transfer],
  )
  return { ...state, start, cancel: transfer.cancel } as ReturnType<typeof useUpload<T>>
}
