/** Looks for the users' tokens in all that a browser shows and keeps: after every visit. */

import assert from 'node:assert/strict'
import { foundIn, watch } from './search.mjs'

/**
 * What is used of playwright-core, which is installed where the tests are.
 * @typedef {{ json(): Promise<unknown>, headers(): Record<string, string> }} Response
 * @typedef {{ response(): Promise<Response | null> }} Request
 * @typedef {{ url(): string, evaluate<R>(run: () => Promise<R>): Promise<R> }} Page
 * @typedef {{ name: string, value: string, httpOnly: boolean }} Cookie
 * @typedef {{ on(event: string, heard: (it: any) => void): unknown, pages(): Page[], cookies(): Promise<Cookie[]> }} BrowserContext
 * @typedef {'localStorage' | 'sessionStorage' | 'cookie'} Place
 * @typedef {{ heard: Promise<void>[], printed: string[], chosen: Set<Place> }} Watched
 */

/** The members of answers whose texts are tokens. */
const TOKENS = [
  'accessToken',
  'access_token',
  'csrfToken',
  'id_token',
  'refreshToken',
  'refresh_token',
  'token',
]

/** @type {WeakMap<BrowserContext, Watched>} */
const watching = new WeakMap()

/** Listens to a browser from now on: which tokens it is given, and what its pages print. @param {BrowserContext} context */
export const listenTo = (context) => {
  /** @type {Watched} */
  const watched = { heard: [], printed: [], chosen: new Set() }
  watching.set(context, watched)
  context.on('console', (message) => watched.printed.push(message.text()))
  context.on('weberror', (error) => watched.printed.push(String(error.error()), error.error().stack ?? ''))
  context.on('requestfinished', (request) => watched.heard.push(hear(request)))
}

/** Takes the tokens of an answer for secrets. The browser forgets the answers of a page that it has left. @param {Request} request */
const hear = async (request) => {
  const response = await request.response().catch(() => null)
  if (!/json/.test(response?.headers()['content-type'] ?? '')) return
  const document = await response?.json().catch(() => undefined)
  for (const token of tokensIn(document)) watch(token)
}

/** @param {any} value @returns {string[]} */
const tokensIn = (value) =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) =>
        typeof member === 'string' && TOKENS.includes(name) ? [member] : tokensIn(member),
      )
    : []

/** Says where the app of a browser keeps its tokens, as its user has chosen. @param {BrowserContext} context @param {...Place} places */
export const keepsIn = (context, ...places) => {
  for (const place of places) watching.get(context)?.chosen.add(place)
}

/**
 * Fails where a token is that nobody has put there: in what was printed, in a storage or cookie that scripts can read, in
 * an address, in the name of anything that is kept.
 * @param {BrowserContext} context
 */
export const assertNoToken = async (context) => {
  const watched = watching.get(context)
  assert(watched, 'somebody listens to this browser')
  await Promise.all(watched.heard)
  for (const { name, value, httpOnly } of await context.cookies()) {
    if (httpOnly && /token|session/i.test(name)) watch(decodeURIComponent(value))
  }
  const open = context.pages().filter((page) => page.url().startsWith('http'))
  /** @type {[string, string][]} */
  const places = [['console', watched.printed.join('\n')], ...(await Promise.all(open.map(keptBy))).flat()]
  const leaks = places.filter(([place, text]) => !isChosen(watched, place) && foundIn(text) !== undefined)
  assert.deepEqual(leaks, [], 'a token shows')
}

/** @param {Watched} watched @param {string} place */
const isChosen = ({ chosen }, place) => [...chosen].some((name) => name === place)

/** What scripts of a page can find; of one that has crashed there is nothing. @param {Page} page @returns {Promise<[string, string][]>} */
const keptBy = async (page) => {
  try {
    return Object.entries(await page.evaluate(findable))
  } catch (thrown) {
    if (/crashed/.test(String(thrown))) return []
    throw thrown
  }
}

/** Runs in the page. */
const findable = async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name ?? '')
  const databases = await Promise.all(
    names.map(async (name) => {
      /** @type {IDBDatabase} */
      const database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => resolve(opening.result)
        opening.onerror = () => reject(opening.error)
      })
      const stores = [...database.objectStoreNames]
      const read = stores.map(
        (store) =>
          new Promise((resolve, reject) => {
            const reading = database.transaction(store).objectStore(store).getAll()
            reading.onsuccess = () => resolve(reading.result)
            reading.onerror = () => reject(reading.error)
          }),
      )
      const content = await Promise.all(read)
      database.close()
      return [name, stores, content]
    }),
  )
  // There are none in an insecure context.
  const kept = await Promise.all(
    ((await globalThis.caches?.keys()) ?? []).map(async (name) => {
      const cache = await caches.open(name)
      const requests = await cache.keys()
      return [
        name,
        ...(await Promise.all(
          requests.map(async (request) => [request.url, await (await cache.match(request))?.text()]),
        )),
      ]
    }),
  )
  return {
    localStorage: JSON.stringify(localStorage),
    sessionStorage: JSON.stringify(sessionStorage),
    cookie: document.cookie,
    address: location.href,
    history: JSON.stringify(history.state) ?? '',
    IndexedDB: JSON.stringify(databases),
    caches: JSON.stringify(kept),
  }
}
