import type { Sink } from './sink.js'
import { openWriter, type Writer } from './writer.js'

/** Writes to a file that the caller chose; it keeps its old content unless all of the new one has come. */
export const fileSink = async (handle: FileSystemFileHandle): Promise<Sink> => {
  const file = await openWriter(handle)
  return {
    restarts: true,
    begin: file.restart,
    write: file.write,
    finish: async () => {
      await file.close()
      return handle.name
    },
    drop: file.abort,
  }
}

/** Writes to a new file in a folder that the caller chose. */
export const directorySink = (directory: FileSystemDirectoryHandle): Sink => {
  let made: FileSystemFileHandle | undefined
  let file: Writer | undefined
  const opened = async (filename: string) => {
    made = await newFile(directory, filename)
    file = await openWriter(made)
    return file
  }
  return {
    restarts: true,
    begin: async ({ filename }) => (file ? file.restart() : void (await opened(filename))),
    write: async (piece) => file?.write(piece),
    finish: async () => {
      await file?.close()
      return made?.name ?? ''
    },
    drop: async (_, last) => {
      await last
      await file?.abort().catch(() => {})
      if (made) await directory.removeEntry(made.name)
    },
  }
}

/** Makes a file that was not there. No two downloads of an origin look for a name at the same time. */
const newFile = (directory: FileSystemDirectoryHandle, filename: string): Promise<FileSystemFileHandle> => {
  const make = async () => {
    for (let number = 0; ; number += 1) {
      const name = numbered(filename, number)
      if (await isFree(directory, name)) return directory.getFileHandle(name, { create: true })
    }
  }
  return navigator.locks ? navigator.locks.request('twinfetch:new-file', make) : make()
}

const isFree = async (directory: FileSystemDirectoryHandle, name: string): Promise<boolean> => {
  try {
    await directory.getFileHandle(name)
    return false
  } catch (thrown) {
    const { name } = thrown as Error
    // A folder has that name.
    if (name === 'TypeMismatchError') return false
    if (name === 'NotFoundError') return true
    throw thrown
  }
}

/** The longest name in bytes: a file system has 255, of which a browser wants some while it writes. */
const LONGEST = 240

const numbered = (filename: string, number: number): string => {
  const dot = filename.lastIndexOf('.')
  const end = dot > 0 ? filename.slice(dot) : ''
  const after = number ? ` (${number})${end}` : end
  const stem = [...filename.slice(0, filename.length - end.length)]
  const bytes = () => new TextEncoder().encode(stem.join('') + after).byteLength
  while (stem.length > 1 && bytes() > LONGEST) stem.pop()
  return stem.join('') + after
}
