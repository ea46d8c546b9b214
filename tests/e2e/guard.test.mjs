/** The guard of every visit finds a token wherever a page may leave it. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { assertNoToken, keepsIn, listenTo } from '../canary/browser.mjs'
import { secret } from '../canary/search.mjs'
import { browser } from './browser.mjs'

/** @typedef {import('playwright-core').Page} Page */

const accessToken = secret('access')
const server = createServer((request, response) => {
  const isSession = request.url === '/session'
  response.setHeader('content-type', isSession ? 'application/json' : 'text/html')
  response.end(isSession ? JSON.stringify({ data: { accessToken } }) : '<!doctype html><title>app</title>')
})
before(() => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined))))
after(() => server.close())

/** Shows a page that has got the token to a scenario. @param {(page: Page, context: import('playwright-core').BrowserContext) => Promise<void>} scenario */
const visit = async (scenario) => {
  const address = server.address()
  assert(address && typeof address === 'object')
  const context = await browser.newContext({ baseURL: `http://127.0.0.1:${address.port}` })
  listenTo(context)
  try {
    const page = await context.newPage()
    await page.goto('/')
    await page.evaluate(async () => {
      const { data } = await (await fetch('/session')).json()
      Object.assign(window, { token: data.accessToken })
    })
    await scenario(page, context)
  } finally {
    await context.close()
  }
}

/** @type {Record<string, string>} */
const leaks = {
  'the console': 'console.debug({ token })',
  'an error that nobody caught': 'setTimeout(() => { throw new Error(token) })',
  localStorage: "localStorage.setItem('x', btoa(token))",
  'the name of an entry': "sessionStorage.setItem(token, 'x')",
  'a cookie': 'document.cookie = "x=" + token.slice(20, 34)',
  'the address': "history.replaceState(null, '', '/?x=' + token)",
  'the state of the history': "history.replaceState({ token }, '')",
  IndexedDB: `new Promise((resolve) => {
    const opening = indexedDB.open('x')
    opening.onupgradeneeded = () => opening.result.createObjectStore('y')
    opening.onsuccess = () => {
      const writing = opening.result.transaction('y', 'readwrite')
      writing.objectStore('y').put({ token }, 'z')
      writing.oncomplete = () => { opening.result.close(); resolve() }
    }
  })`,
  'a cache': "caches.open('x').then((cache) => cache.put('/y', new Response(token)))",
}

for (const [place, leak] of Object.entries(leaks)) {
  test(`a token in ${place} is found`, () =>
    visit(async (page, context) => {
      const thrown = place.startsWith('an error') ? context.waitForEvent('weberror') : undefined
      await page.evaluate(leak)
      await thrown
      await assert.rejects(assertNoToken(context), /a token shows/)
    }))
}

test('a token that is only used is no leak, nor one where the app keeps it', () =>
  visit(async (page, context) => {
    await assertNoToken(context)
    await page.evaluate("localStorage.setItem('x', token)")
    await assert.rejects(assertNoToken(context), /a token shows/)
    keepsIn(context, 'localStorage')
    await assertNoToken(context)
  }))
