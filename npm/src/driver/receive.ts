import { bodyStalled, bodyTruncated } from '../../generated/errors.js'
import { isFailure } from '../failure.js'
import type { Progress } from '../request.js'
import { tell } from '../tell.js'
import type { Deadline } from './deadline.js'

/** Receives a body to its end. Piece by piece, each within the idle limit, where that may end it or somebody counts. */
export const receive = async <As extends 'blob' | 'text'>(
  response: Response,
  as: As,
  deadline: Deadline,
  onProgress?: (progress: Progress) => void,
): Promise<{ blob: Blob; text: string }[As]> => {
  const { idle } = deadline.limits
  try {
    const { body } = response
    const whole = !body || (!onProgress && (!idle || deadline.left() <= idle))
    if (whole) return await deadline.wait(response[as]() as Promise<never>)
    const parts = await collect(body.getReader(), deadline, countOf(response, onProgress))
    const blob = new Blob(parts, { type: response.headers.get('content-type') ?? '' })
    return (as === 'text' ? await blob.text() : blob) as never
  } catch (thrown) {
    throw isFailure(thrown) ? thrown : bodyTruncated
  }
}

const collect = async (
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  deadline: Deadline,
  count: (length: number) => void,
): Promise<BlobPart[]> => {
  const parts: BlobPart[] = []
  try {
    for (count(0); ; ) {
      const { value } = await deadline.wait(reader.read(), deadline.limits.idle, bodyStalled)
      if (!value) return parts
      parts.push(value)
      count(value.byteLength)
    }
  } catch (thrown) {
    reader.cancel().catch(() => {})
    throw thrown
  }
}

const countOf = (response: Response, onProgress: ((progress: Progress) => void) | undefined) => {
  let total = lengthOf(response)
  let received = 0
  return (length: number) => {
    received += length
    if (total !== undefined && received > total) total = undefined
    const now: Progress = total === undefined ? { received } : { received, total }
    tell(() => onProgress?.(now))
  }
}

// `Content-Length` counts what is received only when the response is not compressed.
const lengthOf = ({ headers }: Response): number | undefined => {
  const length = headers.get('content-length')
  const encoding = headers.get('content-encoding') ?? 'identity'
  return encoding === 'identity' && length && /^\d+$/.test(length) ? Number(length) : undefined
}
