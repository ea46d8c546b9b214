import {
  callInvalid,
  fileMissing,
  storageDenied,
  storageFailed,
  storageFull,
} from '../../../generated/errors.js'
import { type Failure, isFailure } from '../../failure.js'
import type { DownloadOptions } from '../../request.js'
import type { Deadline } from '../deadline.js'
import { browserSink } from './browser.js'
import { directorySink, fileSink } from './handle.js'
import { streamSink } from './stream.js'

/** Where the bytes of a file go. What it rejects with is named by `storageFailure`. */
export interface Sink {
  /** Whether what was written can be given up for a new beginning. */
  readonly restarts: boolean
  /** Begins the file, or begins it anew. */
  begin(file: FileHead): Promise<void>
  /** Writes what follows; the piece is good until that is done. */
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>
  /** Puts the whole file in its place, and says under which name. */
  finish(wait: Deadline['wait']): Promise<string>
  /** Gives up what was written, as if nothing had been; `last` is settled once the sink is not at work any more. */
  drop(why: Failure, last: Promise<unknown>): Promise<void>
}

/** What is known of a file before its first byte. */
export interface FileHead {
  filename: string
  /** Its length in bytes. */
  total?: number | undefined
  /** Its media type. */
  type: string
}

/** Opens the sink that a caller chose. */
export const openSink = async ({ to, memoryLimit = MEMORY_LIMIT }: DownloadOptions): Promise<Sink> => {
  if (!(memoryLimit >= 0))
    throw { ...callInvalid, message: 'The option `memoryLimit` must be a number of bytes.' }
  if (!to) return browserSink(memoryLimit)
  // Told by what they can do: `instanceof` fails across realms, and a server knows no handles.
  if (typeof to === 'object') {
    if ('createWritable' in to) return fileSink(to)
    if ('getFileHandle' in to) return directorySink(to)
    if ('getWriter' in to && !to.locked) return streamSink(to)
  }
  throw {
    ...callInvalid,
    message: 'The option `to` must be a file or directory handle, or a WritableStream that is not locked.',
  }
}

/** What may be held in memory where there is no other place. */
const MEMORY_LIMIT = 2 ** 28

/** Names what a sink rejected with. */
export const storageFailure = (thrown: unknown): Failure => {
  if (isFailure(thrown)) return thrown
  switch ((thrown as Partial<Error> | undefined)?.name) {
    case 'QuotaExceededError':
      return storageFull
    case 'NotFoundError':
      return fileMissing
    // The last is a name that the browser does not allow.
    case 'NotAllowedError':
    case 'NoModificationAllowedError':
    case 'SecurityError':
    case 'TypeError':
      return storageDenied
    default:
      return storageFailed
  }
}
