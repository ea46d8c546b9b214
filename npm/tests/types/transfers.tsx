// What a consumer writes of transfers, and what the types must refuse. Compiled, never run.
import type { Progress, Result, SavedFile, UploadProgress } from 'twinfetch'
import { type DownloadState, type UploadState, useDownload, useUpload } from 'twinfetch/react'

export const Export = () => {
  const { status, progress, file, error, start, cancel } = useDownload()
  // @ts-expect-error whether there is a file is not known yet
  file.filename
  if (status === 'done') return file.filename
  if (status === 'failed') return error.message
  const far: Progress | undefined = progress
  const begun: Promise<Result<SavedFile>> = start('/api/export', { filename: 'a.csv' })
  return (
    <button type="button" onClick={cancel}>{`${far?.received} of ${far?.total} ${String(begun)}`}</button>
  )
}

export const Upload = () => {
  const upload = useUpload<{ id: string }>()
  // @ts-expect-error a path is no file
  upload.start('/api/files', '/tmp/a.txt')
  const far: UploadProgress | undefined = upload.progress
  return upload.status === 'done' ? upload.data.id : far?.sent
}

export const words = (state: DownloadState | UploadState<string>): string => {
  switch (state.status) {
    case 'idle':
    case 'running':
    case 'cancelled':
      return state.status
    case 'failed':
      return state.error.code
    case 'done':
      return 'file' in state ? state.file.filename : state.data
  }
}
