/** The pieces of a body, one after another. */
export interface Pieces {
  /** The next piece, which is good until another is asked for; none at the end. */
  next(): Promise<Uint8Array<ArrayBuffer> | undefined>
  cancel(): Promise<void>
}

/** How much is read at once, in bytes. */
const PIECE = 2 ** 18

/**
 * Reads a body, into one buffer where the browser can: the pieces of others are garbage, which Chromium lets grow beyond 100 MiB.
 */
export const piecesOf = (body: ReadableStream<Uint8Array<ArrayBuffer>>): Pieces => {
  try {
    const reader = body.getReader({ mode: 'byob' })
    let buffer = new ArrayBuffer(PIECE)
    return {
      next: async () => {
        const { value, done } = await reader.read(new Uint8Array(buffer))
        if (value) buffer = value.buffer
        return done ? undefined : value
      },
      cancel: () => reader.cancel(),
    }
  } catch {
    const reader = body.getReader()
    return { next: async () => (await reader.read()).value, cancel: () => reader.cancel() }
  }
}
