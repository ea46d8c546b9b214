import { callInvalid } from '../../generated/errors.js'

/** What is sent with a call. */
export interface Body {
  content: BodyInit
  /** The media type, where `fetch` does not know it by itself. */
  type?: string
}

/**
 * Takes what a caller gave: a text, `Blob`, `FormData`, `URLSearchParams`, buffer or stream is sent as it is, any other value
 * as JSON; `undefined` is no body.
 */
export const bodyOf = (value: unknown): Body | undefined => {
  if (value === undefined) return undefined
  if (typeof value === 'string' || isBody(value)) return { content: value as BodyInit }
  try {
    const content: string | undefined = JSON.stringify(value)
    if (content !== undefined) return { content, type: 'application/json' }
  } catch {}
  throw { ...callInvalid, message: 'The request cannot be sent: its body has no JSON form.' }
}

/** Whether a body is used up once it has been sent. */
export const isStream = (body: Body | undefined): boolean =>
  typeof body?.content === 'object' && 'getReader' in body.content

/** How many bytes a body has, about; a stream has no end. */
export const sizeOf = (content: BodyInit): number => {
  if (typeof content === 'string') return content.length
  if ('getReader' in content) return Number.POSITIVE_INFINITY
  if ('getAll' in content) {
    return [...content.values()].reduce((sum, value) => sum + sizeOf(value), 0)
  }
  return 'size' in content ? content.size : content.byteLength
}

/** The core's own members with those of the caller's value, as JSON or as a form. */
export const membersOf = (own: Record<string, string>, value: unknown, form?: boolean): Body | undefined => {
  try {
    const all = { ...own, ...(value as object | undefined) }
    return form ? { content: new URLSearchParams(all) } : bodyOf(all)
  } catch {
    throw callInvalid
  }
}

// Told by what its prototype can do: `instanceof` fails across realms.
const isBody = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['append', 'arrayBuffer', 'byteLength', 'getReader'].some(
    (name) => name in value && !Object.hasOwn(value, name),
  )
