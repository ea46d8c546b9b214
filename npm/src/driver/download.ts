import type { Core } from '../abi.js'
import type { DownloadOptions, SavedFile } from '../request.js'
import type { Deadline } from './deadline.js'
import { receive } from './receive.js'

/** Receives a file and hands it to the browser for saving, under the response's name, the caller's, or the path's. */
export const save = async (
  core: Core,
  path: string,
  response: Response,
  options: DownloadOptions,
  deadline: Deadline,
): Promise<SavedFile> => {
  const disposition = response.headers.get('content-disposition') ?? undefined
  const filename = core.fileName(disposition, options.filename, path)
  const blob = await receive(response, 'blob', deadline, options.onProgress)
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
