/** Transcripts whose short tokens become secrets: what `src/transcript.rs` is to Rust. */

import { secret, watch } from './search.mjs'

/** The members whose texts are secrets. */
const SECRET = ['accessToken', 'bearer', 'csrfToken', 'password', 'refreshToken', 'token']

/** What transcripts call the token of a session cookie, which is made when they are played. */
const SESSION_TOKEN = 'session-token'

/**
 * The same transcript with secrets in the place of its tokens and passwords, in everything that is sent, answered and
 * expected in it. One with dots in it is a real token, and stays as it is.
 * @template T @param {T} transcript @returns {T}
 */
export const disguise = (transcript) => {
  /** @type {Set<string>} */
  const found = new Set()
  collect(transcript, '', found)
  const words = [...found].filter((word) => word.length > 1 && word !== SESSION_TOKEN)
  for (const token of words.filter((word) => word.includes('.'))) watch(token)
  return replace(transcript, new Set(words.filter((word) => !word.includes('.'))))
}

/** @param {any} value @param {string} within @param {Set<string>} found */
const collect = (value, within, found) => {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const ofPair = ['start', 'tokens'].includes(within) && ['access', 'refresh'].includes(name)
    if (typeof member === 'string' && (ofPair || SECRET.includes(name))) found.add(member)
    else collect(member, Array.isArray(value) ? within : name, found)
  }
}

/** @param {any} value @param {Set<string>} words @returns {any} */
const replace = (value, words) => {
  if (typeof value === 'string') {
    return value.replace(/[\p{L}\p{N}_-]+/gu, (word) => (words.has(word) ? secret(word) : word))
  }
  if (Array.isArray(value)) return value.map((item) => replace(item, words))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replace(member, words)]))
}
