import { bodyStalled, bodyTruncated } from '../../generated/errors.js'
import { isFailure } from '../failure.js'
import type { Deadline } from './deadline.js'

/** Receives a body to its end. Piece by piece, each within the idle limit, where that may end it. */
export const receive = async <As extends 'blob' | 'text'>(
  response: Response,
  as: As,
  deadline: Deadline,
): Promise<{ blob: Blob; text: string }[As]> => {
  const { idle } = deadline.limits
  try {
    const { body } = response
    const whole = !body || !idle || deadline.left() <= idle
    if (whole) return await deadline.wait(response[as]() as Promise<never>)
    const parts = await collect(body.getReader(), deadline)
    const blob = new Blob(parts, { type: response.headers.get('content-type') ?? '' })
    return (as === 'text' ? await blob.text() : blob) as never
  } catch (thrown) {
    throw isFailure(thrown) ? thrown : bodyTruncated
  }
}

const collect = async (
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  deadline: Deadline,
): Promise<BlobPart[]> => {
  const parts: BlobPart[] = []
  try {
    for (;;) {
      const { value } = await deadline.wait(reader.read(), deadline.limits.idle, bodyStalled)
      if (!value) return parts
      parts.push(value)
    }
  } catch (thrown) {
    reader.cancel().catch(() => {})
    throw thrown
  }
}
