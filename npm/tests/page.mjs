// The parts of a page that the client touches: location, history, storage and cookies.
import { watchPage } from './guard.mjs'
import { appUrl } from './scripted.mjs'

class Storage {
  #entries = new Map()
  get length() {
    return this.#entries.size
  }
  getItem(key) {
    return this.#entries.get(key) ?? null
  }
  setItem(key, value) {
    this.#entries.set(key, String(value))
  }
  removeItem(key) {
    this.#entries.delete(key)
  }
  clear() {
    this.#entries.clear()
  }
  /** All names and values. */
  text() {
    return [...this.#entries].flat().join('\n')
  }
}

class Cookies {
  #jar = new Map()
  get cookie() {
    return [...this.#jar].map((pair) => pair.join('=')).join('; ')
  }
  set cookie(line) {
    const [pair, ...attributes] = line.split('; ')
    const [name, value] = pair.split('=')
    const expires = attributes.find((attribute) => attribute.startsWith('Expires='))
    if (new Date(expires?.slice(8) ?? Date.now() + 1000) > new Date()) this.#jar.set(name, value)
    else this.#jar.delete(name)
  }
}

/**
 * Gives one test a page at a path of the app, and a record of the addresses it was left for. No token may be anywhere but in the
 * storage that the test has its client use.
 */
export const page = (test, path = '/', { storage = [] } = {}) => {
  const location = new URL(path, appUrl)
  const visited = []
  location.assign = (address) => visited.push(address)
  const given = {
    location,
    document: new Cookies(),
    localStorage: new Storage(),
    sessionStorage: new Storage(),
    BroadcastChannel: undefined,
    history: {
      state: null,
      replaceState: (_state, _title, address) => {
        location.href = new URL(address, location).href
      },
    },
  }
  watchPage(given, storage)
  const before = Object.fromEntries(
    Object.keys(given).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  )
  for (const [name, value] of Object.entries(given)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  test.after(() => {
    for (const [name, descriptor] of Object.entries(before)) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor)
      else delete globalThis[name]
    }
  })
  return { ...given, visited }
}

/** Gives one test a page in which events can be dispatched, with or without Web Locks. */
export const eventfulPage = (test, locks) => {
  const target = new EventTarget()
  const given = {
    addEventListener: target.addEventListener.bind(target),
    navigator: { locks },
  }
  for (const [name, value] of Object.entries(given)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    test.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]))
  }
  const dispatch = (type, more) => target.dispatchEvent(Object.assign(new Event(type), more))
  return { ...page(test, '/', { storage: 'localStorage' }), dispatch }
}
