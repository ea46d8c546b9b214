/** Secrets for tests that give themselves away, and the search for them: what `src` is to Rust, for JavaScript. */

import { randomBytes } from 'node:crypto'

/** How every secret that was made for a test begins. */
const MARK = 'CANARY-'

/** So many characters of a secret are a leak, wherever in it they stand. */
const PART = 12

/** @type {Map<string, string>} */
const named = new Map()
/** In a text as it is. @type {Set<string>} */
const exact = new Set()
/** In a text in lower case. @type {Set<string>} */
const folded = new Set()
/** Whole, in a text as it is. @type {string[]} */
const short = []

/** The secret of this name, such as `a1`: `CANARY-a1-<128 random bits in hex>`. @param {string} name */
export const secret = (name) => {
  const known = named.get(name)
  if (known) return known
  const made = `${MARK}${name}-${randomBytes(16).toString('hex')}`
  named.set(name, made)
  watch(made)
  return made
}

/**
 * Looks for a secret which was made elsewhere, such as a token that a backend issued. Of three parts or more with dots
 * between, the first is a header that anybody may see; parts of fewer than six characters would be found by chance.
 * @param {string} text
 */
export const watch = (text) => {
  const all = text.split('.')
  const parts = all.length >= 3 ? all.slice(1) : all
  for (const part of parts.filter(({ length }) => length >= 6)) add(part)
}

/** @param {string} text */
const add = (text) => {
  if (text.length < PART) short.push(text)
  // What all secrets of a name have in common is the mark, which is looked for by itself.
  const own = text.startsWith(MARK) ? text.slice(text.lastIndexOf('-')) : text
  for (const form of [own, [...own].reverse().join(''), Buffer.from(own).toString('hex')]) {
    for (const part of partsOf(form.toLowerCase())) folded.add(part)
  }
  for (const form of base64(own)) for (const part of partsOf(form)) exact.add(part)
}

/** The first line of a text in which a secret shows. @param {string} text @returns {string | undefined} */
export const foundIn = (text) => text.split('\n').find(isIn)

/** @param {string} line */
const isIn = (line) => shows(line) || (line.includes('%') && shows(decoded(line))) || shows(listedBytes(line))

/** @param {string} text */
const shows = (text) =>
  short.some((form) => text.includes(form)) ||
  partsOf(text).some((part) => exact.has(part)) ||
  partsOf(text.toLowerCase()).some((part) => folded.has(part))

/** @param {string} text */
const partsOf = (text) =>
  Array.from({ length: Math.max(0, text.length - PART + 1) }, (_, start) => text.slice(start, start + PART))

/**
 * What a text looks like within longer encoded text, at the three places where it may begin: without the characters at
 * either end that hold bits of a neighbour.
 * @param {string} text
 */
const base64 = (text) =>
  [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)])
    const inner = [Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6)]
    return [padded.toString('base64').slice(...inner), padded.toString('base64url').slice(...inner)]
  })

/** @param {string} line */
const decoded = (line) =>
  line.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))

/** The bytes of a line that were printed as a list of numbers. @param {string} line */
const listedBytes = (line) => {
  const numbers = line.match(/\d+/g) ?? []
  return numbers.length < 6
    ? ''
    : Buffer.from(numbers.map(Number).filter((byte) => byte < 256)).toString('latin1')
}

short.push(MARK, Buffer.from(MARK).toString('hex'), ...base64(MARK))
