import type { Core } from '../abi.js'
import type { DownloadOptions, Progress, SavedFile } from '../request.js'
import { tell } from '../tell.js'
import type { Deadline } from './deadline.js'
import { readBody } from './send.js'

/** Receives a file and hands it to the browser for saving, under the response's name, the caller's, or the path's. */
export const save = async (
  core: Core,
  path: string,
  response: Response,
  options: DownloadOptions,
  deadline: Deadline,
): Promise<SavedFile> => {
  const { headers } = response
  const filename = core.fileName(headers.get('content-disposition') ?? undefined, options.filename, path)
  const parts = await collect(response, deadline, options.onProgress)
  const blob = new Blob(parts, { type: headers.get('content-type') ?? '' })
  const anchor = document.createElement('a')
  anchor.href = URL.createObjectURL(blob)
  anchor.download = filename
  document.body.append(anchor)
  anchor.click()
  anchor.remove()
  // The browser reads the URL after this turn; a second is ample, and then the memory is given back.
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000)
  return { filename, size: blob.size }
}

const collect = async (
  response: Response,
  deadline: Deadline,
  onProgress: DownloadOptions['onProgress'],
): Promise<BlobPart[]> => {
  const parts: BlobPart[] = []
  let total = lengthOf(response)
  let received = 0
  const progress = () => {
    const now: Progress = total === undefined ? { received } : { received, total }
    tell(() => onProgress?.(now))
  }
  const reader = response.body?.getReader()
  if (!reader) return parts
  for (progress(); ; progress()) {
    const { value } = await readBody(() => reader.read(), deadline)
    deadline.extend()
    if (!value) return parts
    received += value.byteLength
    if (total !== undefined && received > total) total = undefined
    parts.push(value)
  }
}

// `Content-Length` counts what is received only when the response is not compressed.
const lengthOf = ({ headers }: Response): number | undefined => {
  const length = headers.get('content-length')
  const encoding = headers.get('content-encoding') ?? 'identity'
  return encoding === 'identity' && length && /^\d+$/.test(length) ? Number(length) : undefined
}
