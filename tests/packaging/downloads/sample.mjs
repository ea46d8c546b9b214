// The file of `tests/sample`, which knows every byte without holding any: byte `i` of edition `e` is
// `(31 * i + floor(i / 251) + e) mod 256`.

import { createHash } from 'node:crypto'

const PERIOD = 251 * 256

const periods = new Map()

/** Sixteen periods of an edition. */
const patternOf = (edition) => {
  if (!periods.has(edition)) {
    const bytes = Buffer.alloc(PERIOD * 16)
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = 31 * at + Math.floor(at / 251) + edition
    periods.set(edition, bytes)
  }
  return periods.get(edition)
}

/** The bytes of a file from one place to another, in pieces. */
export function* pieces(from, to, edition = 0) {
  const pattern = patternOf(edition)
  for (let at = from; at < to; ) {
    const start = at % PERIOD
    const piece = pattern.subarray(start, Math.min(pattern.length, start + to - at))
    yield piece
    at += piece.length
  }
}

/** The SHA-256 of pieces, in hex. */
export const digest = async (all) => {
  const hash = createHash('sha256')
  for await (const piece of all) hash.update(piece)
  return hash.digest('hex')
}
