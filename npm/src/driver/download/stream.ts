import type { Sink } from './sink.js'

/** Writes to a stream, piece by piece, each when the stream has taken the one before. */
export const streamSink = (stream: WritableStream<Uint8Array>): Sink => {
  const writer = stream.getWriter()
  let name = ''
  // Whoever writes is told as well.
  writer.closed.catch(() => {})
  return {
    restarts: false,
    begin: async ({ filename }) => {
      name = filename
    },
    // It may keep what it gets.
    write: (piece) => writer.write(piece.slice()),
    finish: async (wait) => {
      await wait(writer.close())
      return name
    },
    // A write that never ends would keep the stream from being aborted.
    drop: async ({ message, code }) => {
      writer.abort(Object.assign(new Error(message), { code })).catch(() => {})
    },
  }
}
