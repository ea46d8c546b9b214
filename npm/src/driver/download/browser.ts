import { storageFull } from '../../../generated/errors.js'
import { keepTime, openPrivateFile, type PrivateFile, sweep } from './private-file.js'
import type { FileHead, Sink } from './sink.js'

/** What is held in memory before a file is put on the disk, in bytes. */
const HELD = 2 ** 24

/** How long a blob's address is good, in milliseconds: the browser looks it up after the click. */
const BLOB_TIME = 10_000

/**
 * Holds a small file in memory and a large one in the origin private file system, and hands it to the browser to save. Where there
 * is no such file system, or no room in it, memory has to do, up to so many bytes.
 */
export const browserSink = (memoryLimit: number): Sink => {
  let head: FileHead = { filename: '', type: '' }
  let parts: Uint8Array<ArrayBuffer>[] = []
  let held = 0
  let disk: PrivateFile | undefined
  let tried = false
  const toDisk = async (total?: number) => {
    if (tried) return
    tried = true
    let opened: PrivateFile | undefined
    try {
      opened = await openPrivateFile(total)
      if (!opened) return
      for (const part of parts) await opened.write(part)
      disk = opened
      parts = []
    } catch {
      await opened?.abort()
    }
  }
  /** Finds a place for so many bytes. */
  const reserve = async (bytes: number, total?: number) => {
    if (bytes > Math.min(HELD, memoryLimit)) await toDisk(total)
    if (!disk && bytes > memoryLimit) throw full
  }
  sweep().catch(() => {})
  return {
    restarts: true,
    begin: async (file) => {
      head = file
      parts = []
      held = 0
      if (disk) await disk.restart()
      else await reserve(file.total ?? 0, file.total)
    },
    write: async (piece) => {
      if (disk) return disk.write(piece).catch(advise)
      parts.push(piece.slice())
      held += piece.byteLength
      await reserve(held, head.total)
    },
    finish: async () => {
      const { filename, type } = head
      if (disk) {
        const file = await disk.close().catch(advise)
        handOver(file.slice(0, file.size, type), filename, keepTime(file.size), disk.remove)
      } else {
        handOver(new Blob(parts, { type }), filename, BLOB_TIME)
        parts = []
      }
      return filename
    },
    drop: async (_, last) => {
      await last
      parts = []
      await disk?.abort()
    },
  }
}

const full = {
  ...storageFull,
  message:
    'There is not enough room for the file in this browser. Give `to`, such as what showSaveFilePicker() brings.',
}

// A browser may say that it has more room than it has.
const advise = (thrown: unknown): never => {
  throw (thrown as Partial<Error>)?.name === 'QuotaExceededError' ? full : thrown
}

/** Has the browser save a file, and lets go of it after so many milliseconds: nobody says when the browser has copied it. */
const handOver = (file: Blob, filename: string, milliseconds: number, remove?: () => Promise<void>) => {
  const anchor = document.createElement('a')
  anchor.href = URL.createObjectURL(file)
  anchor.download = filename
  document.body.append(anchor)
  anchor.click()
  anchor.remove()
  setTimeout(() => {
    URL.revokeObjectURL(anchor.href)
    remove?.().catch(() => {})
  }, milliseconds)
}
