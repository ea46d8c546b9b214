/** A file that is written from its beginning to its end. Until it is closed nobody sees any of it. */
export interface Writer {
  /** Gives up what was written, and begins again. */
  restart(): Promise<void>
  write(piece: Uint8Array): Promise<void>
  /** Puts what was written in the file's place. */
  close(): Promise<void>
  /** Leaves the file as it was. */
  abort(): Promise<void>
}

/** How much is written at once, in bytes: each time is a round trip to another process. */
const PIECE = 2 ** 20

/** Opens a file for writing, which goes to another place until it is closed. */
export const openWriter = async (handle: FileSystemFileHandle): Promise<Writer> => {
  const stream = await handle.createWritable()
  const buffer = new Uint8Array(PIECE)
  let filled = 0
  const flush = async () => {
    if (filled) await stream.write(buffer.subarray(0, filled))
    filled = 0
  }
  return {
    restart: async () => {
      filled = 0
      await stream.truncate(0)
    },
    write: async (piece) => {
      for (let at = 0; at < piece.byteLength; ) {
        const next = piece.subarray(at, at + PIECE - filled)
        buffer.set(next, filled)
        filled += next.byteLength
        at += next.byteLength
        if (filled === PIECE) await flush()
      }
    },
    close: async () => {
      await flush()
      await stream.close()
    },
    abort: () => stream.abort(),
  }
}
