import { openWriter, type Writer } from './writer.js'

/** A file in the origin private file system, under a name that nobody else has. */
export interface PrivateFile extends Omit<Writer, 'close'> {
  /** Ends the writing, and gives the file. It stays for `keepTime`, or until it is removed. */
  close(): Promise<File>
  /** Gives it up. */
  abort(): Promise<void>
  remove(): Promise<void>
}

/** Where the files are. */
const FOLDER = 'twinfetch-downloads'

/** The Web Lock that says that a file is being written; Chromium writes to another one, with an ending, until it is closed. */
const lockOf = (name: string) => `${FOLDER}/${name.split('.')[0]}`

/**
 * How long a file of so many bytes is kept for the browser to copy, in milliseconds: a minute, and as long as it takes at 4 MiB a
 * second. The browser reads it when it gets to it, and its download fails where the file is gone by then.
 */
export const keepTime = (size: number): number => 60_000 + size / 4096

/** Makes a file with room for `total` bytes; there is none where the browser has no such files, or not as many bytes. */
export const openPrivateFile = async (total = 0): Promise<PrivateFile | undefined> => {
  const { storage, locks } = navigator
  if (!storage?.getDirectory || !locks) return undefined
  await sweep().catch(() => {})
  const { quota = 0, usage = 0 } = await storage.estimate()
  if (total > quota - usage) return undefined
  const root = await storage.getDirectory()
  const folder = await root.getDirectoryHandle(FOLDER, { create: true })
  const name = crypto.randomUUID()
  const release = await hold(name)
  const remove = () => folder.removeEntry(name)
  try {
    const handle = await folder.getFileHandle(name, { create: true })
    const writer = await openWriter(handle)
    return {
      ...writer,
      close: async () => {
        await writer.close()
        const file = await handle.getFile()
        release()
        return file
      },
      abort: async () => {
        await writer.abort().catch(() => {})
        await remove().finally(release)
      },
      remove,
    }
  } catch (thrown) {
    await remove().catch(() => {})
    release()
    throw thrown
  }
}

/** Removes what pages have left that are gone: nobody writes it, and nobody copies it any more. */
export const sweep = async (): Promise<void> => {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle(FOLDER)
  for await (const [name, handle] of folder.entries()) {
    await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
      if (!lock || handle.kind !== 'file') return
      const { lastModified, size } = await (handle as FileSystemFileHandle).getFile()
      if (Date.now() > lastModified + keepTime(size)) await folder.removeEntry(name).catch(() => {})
    })
  }
}

/** Holds a file's lock until the returned function is called, or the page is gone. */
const hold = (name: string): Promise<() => void> =>
  new Promise((resolve, reject) => {
    navigator.locks.request(lockOf(name), () => new Promise<void>(resolve)).catch(reject)
  })
