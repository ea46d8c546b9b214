// Looks for the tests' secrets after every test of every file: `node --import ./tests/guard.mjs --test`.
import assert from 'node:assert/strict'
import { afterEach } from 'node:test'
import { format, inspect } from 'node:util'
import { foundIn } from '../../tests/canary/search.mjs'

/** What came out since the last test: what a console shows, and every error that was made. */
let printed = []
let errors = []

for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn']) {
  const print = console[method]
  console[method] = (...values) => {
    printed.push(format(...values))
    print(...values)
  }
}

// A named error gives itself its name, which is the one moment that all of them have in common.
Object.defineProperty(Error.prototype, 'name', {
  configurable: true,
  get: () => 'Error',
  set(value) {
    Object.defineProperty(this, 'name', { value, configurable: true, enumerable: true, writable: true })
    errors.push(this)
  },
})
process.on('unhandledRejection', (reason) => errors.push(reason))

const shownOf = (error) => [
  String(error),
  error?.stack,
  json(error?.logDetail?.()),
  json(error),
  inspect(error, { depth: 9, showHidden: true }),
]
const json = (value) => {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}

/** The storage and the cookies of the page that the test has, and where the app keeps its tokens. */
let pages = []
export const watchPage = (given, kept) => pages.push({ given, kept: [kept].flat() })

const storedOutside = ({ given, kept }) => {
  const places = {
    localStorage: given.localStorage.text(),
    sessionStorage: given.sessionStorage.text(),
    cookie: given.document.cookie,
  }
  const others = Object.entries(places).filter(([place]) => !kept.includes(place))
  return others.flatMap(([place, text]) => (foundIn(text) ? `${place}: ${text}` : []))
}

/** Where a secret shows that no one but its owner may see, since this was last asked. */
export const leaks = () => {
  const texts = [...printed, ...errors.flatMap(shownOf)]
  const found = [...texts.flatMap((text) => foundIn(text ?? '') ?? []), ...pages.flatMap(storedOutside)]
  ;[printed, errors, pages] = [[], [], []]
  return found
}

afterEach(() => assert.deepEqual(leaks(), [], 'a secret shows'))
