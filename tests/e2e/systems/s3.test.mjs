import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt, fingerprint } from './backend.mjs'
import { appUrl, backends, owner } from './stack.mjs'
import { hearTokens } from './tokens.mjs'
import { assertNothingOf, inHeap, placesOf } from './traces.mjs'
import {
  enter,
  refresh,
  seesSession,
  signIn,
  signOut,
  tenCalls,
  textOf,
  visit,
  writePost,
} from './visitor.mjs'

const backend = backendAt(backends.s3)

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetCalls()
})

test('with its token in localStorage and a cookie, a sign-out leaves nothing of the user', () =>
  visit(browser, async (page, context) => {
    const heard = hearTokens(page, /^\/auth\/login$/, 'token')
    await signIn(page, 's3', owner, 'both')
    assert.equal(await tenCalls(page), 10)
    await refresh(page)
    await writePost(page, 's3', `by a token ${crypto.randomUUID()}`)
    assert.equal(heard.length, 1)
    assert.deepEqual(await placesOf(page, heard), ['localStorage', 'cookies', 'session'])
    const [cookie] = await context.cookies()
    const hours = ((cookie?.expires ?? 0) * 1000 - Date.now()) / 3_600_000
    assert.ok(hours > 11 && hours < 25, `the cookie ends in ${hours} h`)
    assert.deepEqual(await inHeap(page, heard), heard)

    assert.equal(await signOut(page), 'told')
    await assertNothingOf(page, heard)
    assert.deepEqual(await context.cookies(), [])
    assert.deepEqual(await inHeap(page, heard), [])
    await page.reload()
    await seesSession(page, 'anonymous')
  }))

test('the cookie is what is left when localStorage is emptied', () =>
  visit(browser, async (page) => {
    const heard = hearTokens(page, /^\/auth\/login$/, 'token')
    await signIn(page, 's3', owner, 'both')
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage))
        if (key.startsWith('twinfetch')) localStorage.removeItem(key)
    })
    assert.deepEqual(await placesOf(page, heard), ['cookies', 'session'])
    await page.reload()
    await seesSession(page, 'authenticated')
    assert.equal(await tenCalls(page), 10)
  }))

test('a wrong password shows the backend’s message', () =>
  visit(browser, async (page) => {
    await enter(page, 's3', { password: 'admin124' })
    assert.equal(await textOf(page, 'error-message'), '密码错误')
    await seesSession(page, 'anonymous')
  }))

/** Signs in, and gives the address that the page makes. @param {import('playwright-core').Page} page */
const makeLink = async (page) => {
  await signIn(page, 's3', owner)
  await page.getByTestId('link-make').click()
  return page.getByTestId('link-address').inputValue()
}

/** Makes a link in one browser. */
const newLink = async () => {
  let link = ''
  await visit(browser, async (page) => {
    link = await makeLink(page)
  })
  return new URL(link)
}

const forms = {
  'in its fragment': (/** @type {URL} */ link) => link,
  'in its query': (/** @type {URL} */ link) => new URL(`${link.pathname}?${link.hash.slice(1)}`, link),
}

for (const [where, form] of Object.entries(forms)) {
  test(`a link with the token ${where} signs in another browser and leaves no trace of it`, async () => {
    const link = form(await newLink())
    const token = new URLSearchParams(link.hash.slice(1) || link.search).get('token') ?? ''
    assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    await visit(browser, async (page) => {
      /** @type {Promise<{ url: string, referer: string | undefined }>[]} */
      const sent = []
      page.on('request', (request) => {
        sent.push(request.allHeaders().then(({ referer }) => ({ url: request.url(), referer })))
      })
      await page.goto(link.href)
      await page.waitForURL(`${appUrl}/s3`)
      await seesSession(page, 'authenticated')
      assert.equal(await tenCalls(page), 10)
      const posts = (await backend.calls()).filter(({ path }) => path === '/api/posts')
      assert.deepEqual(
        posts.map(({ bearer_sha256 }) => bearer_sha256),
        [fingerprint(token)],
      )

      const [first, ...others] = await Promise.all(sent)
      assert.equal(first?.url.includes(token), where === 'in its query')
      assert.ok(others.length > 3)
      assert.deepEqual(
        others.filter(({ url, referer }) => url.includes(token) || referer?.includes(token)),
        [],
      )
      const devtools = await page.context().newCDPSession(page)
      const { entries } = await devtools.send('Page.getNavigationHistory')
      assert.deepEqual(
        entries.map(({ url }) => new URL(url).pathname + new URL(url).search + new URL(url).hash).slice(-2),
        ['/s3/link', '/s3'],
      )
      assert.ok(entries.every(({ url }) => !url.includes(token)))

      await signOut(page)
      await assertNothingOf(page, [token])
      assert.deepEqual(await inHeap(page, [token]), [])
      await page.goBack()
      assert.equal(await textOf(page, 'error-message'), 'This link carries no token.')
    })
  })
}

test('a link with a token that is no good signs nobody in and is cleaned all the same', () =>
  visit(browser, async (page) => {
    await page.goto(`${appUrl}/s3/link#token=eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl`)
    assert.match(await textOf(page, 'error-message'), /.{10,}/)
    await seesSession(page, 'anonymous')
    assert.equal(page.url(), `${appUrl}/s3/link`)
    await assertNothingOf(page, ['eyJhbGciOiJIUzI1NiJ9'])
  }))

test('a sign-out with the backend away succeeds here and says that it was not told', () =>
  visit(browser, async (page, context) => {
    const heard = hearTokens(page, /^\/auth\/login$/, 'token')
    await signIn(page, 's3', owner, 'both')
    await page.route(`${backends.s3}/**`, (route) => route.abort('connectionrefused'))
    assert.equal(await signOut(page), 'untold')
    await assertNothingOf(page, heard)
    assert.deepEqual(await context.cookies(), [])
    await page.unroute(`${backends.s3}/**`)
    await page.reload()
    await seesSession(page, 'anonymous')
  }))
