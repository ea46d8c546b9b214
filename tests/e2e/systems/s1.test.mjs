import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { browser } from '../browser.mjs'
import { backendAt, fingerprint } from './backend.mjs'
import { ada, appUrl, backends, grace } from './stack.mjs'
import { hearTokens } from './tokens.mjs'
import { assertNothingOf, inHeap, inWasm, placesOf, watchWasm } from './traces.mjs'
import {
  enter,
  refresh,
  seesSession,
  signIn,
  signOut,
  tenCalls,
  textOf,
  useBackend,
  visit,
  writePost,
} from './visitor.mjs'

const backend = backendAt(backends.s1)

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetLimits()
  await backend.forgetCalls()
})

/** @param {import('playwright-core').Page} page */
const hearPairs = (page) => ({
  access: hearTokens(page, /^\/auth\/(login|register|refresh)$/, 'accessToken'),
  refresh: hearTokens(page, /^\/auth\/(login|register|refresh)$/, 'refreshToken'),
})

/** Where a script of the page finds the access token, and where the refresh token, by the place that was chosen. */
const readable = {
  memory: [['session'], []],
  sessionStorage: [['sessionStorage', 'session'], ['sessionStorage']],
  localStorage: [['localStorage', 'session'], ['localStorage']],
  cookie: [['cookies', 'session'], []],
  both: [['localStorage', 'cookies', 'session'], ['localStorage']],
}

for (const [place, [ofAccess, ofRefresh]] of Object.entries(readable)) {
  test(`with tokens in ${place}, a sign-out leaves nothing of the user in the page`, () =>
    visit(browser, async (page) => {
      const heard = hearPairs(page)
      await watchWasm(page)
      await signIn(page, 's1', ada, /** @type {import('./visitor.mjs').PlaceName} */ (place))
      assert.equal(await textOf(page, 'user-name'), 'ada')
      assert.equal(await tenCalls(page), 10)
      await refresh(page)
      await writePost(page, 's1', `kept in ${place} ${crypto.randomUUID()}`)
      const tokens = [...heard.access, ...heard.refresh]
      const [, access = '', , renewing = ''] = tokens
      assert.equal(tokens.length, 4)
      assert.deepEqual(await placesOf(page, [access]), ofAccess)
      assert.deepEqual(await placesOf(page, [renewing]), ofRefresh)
      // Proves that the searches below can find a token. That of the heap takes seconds, and the first and the last place cover the others.
      const searched = place === 'memory' || place === 'both'
      assert.deepEqual(await inWasm(page, tokens), [access, renewing])
      if (searched) assert.deepEqual(await inHeap(page, [access]), [access])

      assert.equal(await signOut(page), 'told')
      await assertNothingOf(page, [...tokens, ada.email])
      assert.deepEqual(await inWasm(page, tokens), [])
      if (searched) assert.deepEqual(await inHeap(page, tokens), [])
      await page.reload()
      await seesSession(page, 'anonymous')
      await assertNothingOf(page, [...tokens, ada.email])
    }))
}

test('the refresh token never travels as bearer, and is dead after the sign-out', () =>
  visit(browser, async (page) => {
    const heard = hearPairs(page)
    await signIn(page, 's1', ada)
    await tenCalls(page)
    await refresh(page)
    await signOut(page)
    assert.equal(heard.refresh.length, 2)
    const bearers = new Set((await backend.calls()).map(({ bearer_sha256 }) => bearer_sha256))
    assert.ok(heard.access.every((token) => bearers.has(fingerprint(token))))
    assert.ok(heard.refresh.every((token) => !bearers.has(fingerprint(token))))
    const [, refreshToken] = heard.refresh
    const response = await fetch(`${backends.s1}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    })
    assert.equal(response.status, 401)
  }))

test('an access token that ends under ten calls is renewed once', () =>
  visit(browser, async (page, context) => {
    const short = backendAt(backends.s1Short)
    await short.forgetLimits()
    await useBackend(context, 's1', backends.s1Short)
    const heard = hearPairs(page)
    await signIn(page, 's1', ada)
    const [first = ''] = heard.access
    while (await short.accepts('/auth/me', first)) await pause(50)
    await short.forgetCalls()
    assert.equal(await tenCalls(page), 10)
    assert.equal(await short.count('POST', '/auth/refresh'), 1)
    assert.equal(await textOf(page, 'user-name'), 'ada')
  }))

test('a refresh token that is dead ends the session under ten calls, asked once', () =>
  visit(browser, async (page) => {
    await signIn(page, 's1', ada)
    const refused = JSON.stringify({ success: false, data: null, message: '无效的令牌', statusCode: 401 })
    await backend.breakPath({ path: '/api/posts', status: 401, body: refused, times: 50 })
    await backend.breakPath({ path: '/auth/refresh', status: 401, body: refused, times: 50 })
    await page.getByTestId('calls').click()
    await seesSession(page, 'anonymous')
    await page.getByTestId('signed-out').waitFor()
    assert.equal(await backend.count('POST', '/auth/refresh'), 1)
  }))

test('a reload keeps a session in localStorage and loses one in memory', () =>
  visit(browser, async (page) => {
    await signIn(page, 's1', ada, 'localStorage')
    await page.reload()
    await seesSession(page, 'authenticated')
    assert.equal(await tenCalls(page), 10)
    await signOut(page)
    await signIn(page, 's1', ada, 'memory')
    await page.reload()
    await seesSession(page, 'anonymous')
  }))

test('another tab follows a sign-in and a sign-out with tokens in localStorage', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's1', ada, 'localStorage')
    const other = await context.newPage()
    await other.goto(`${appUrl}/s1`)
    await seesSession(other, 'authenticated')
    await signOut(page)
    await seesSession(other, 'anonymous')
    await other.getByTestId('signed-out').waitFor()
    await signIn(page, 's1', grace)
    await seesSession(other, 'authenticated')
    assert.equal(await textOf(other, 'user-name'), 'grace')
  }))

test('a wrong password shows the backend’s message', () =>
  visit(browser, async (page) => {
    await enter(page, 's1', { ...ada, password: 'lovelace-1844' })
    assert.equal(await textOf(page, 'error-message'), '邮箱或密码错误')
    await seesSession(page, 'anonymous')
    assert.equal(await page.getByTestId('email').inputValue(), ada.email)
  }))

test('an account is made, and a refused one shows the backend’s message', () =>
  visit(browser, async (page) => {
    const email = `${crypto.randomUUID()}@example.com`
    await page.goto(`${appUrl}/s1/sign-in`)
    const make = async (/** @type {string} */ password) => {
      await page.getByTestId('email').fill(email)
      await page.getByTestId('password').fill(password)
      await page.getByTestId('register').click()
    }
    await make('short')
    assert.match(await textOf(page, 'error-message'), /^密码至少需要 \d+ 个字符$/)
    await make('long enough for anybody')
    await page.waitForURL(`${appUrl}/s1`)
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'user-name'), email)
  }))

test('a rate-limited sign-in shows the wait, and nothing is sent meanwhile', () =>
  visit(browser, async (page) => {
    const wrong = { ...ada, password: 'lovelace-1844' }
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await enter(page, 's1', wrong)
      assert.equal(await textOf(page, 'error-message'), '邮箱或密码错误')
    }
    await enter(page, 's1', ada)
    await page.getByTestId('wait').waitFor()
    assert.equal(await textOf(page, 'error-message'), '请求过多')
    const button = page.getByTestId('sign-in')
    assert.match((await button.textContent()) ?? '', /^Try again in \d+ s$/)
    assert.ok(await button.isDisabled())
    await page.getByTestId('password').press('Enter')
    await page.getByRole('link', { name: 'Posts' }).click()
    await page.getByTestId('signed-out').waitFor()
    assert.equal(await backend.count('POST', '/auth/login'), 6)
  }))

test('a sign-out with the backend away succeeds here and says that it was not told', () =>
  visit(browser, async (page) => {
    const heard = hearPairs(page)
    await signIn(page, 's1', ada, 'localStorage')
    await page.route(`${backends.s1}/**`, (route) => route.abort('connectionrefused'))
    assert.equal(await signOut(page), 'untold')
    assert.match(await textOf(page, 'sign-out-answer'), /could not be told/)
    await assertNothingOf(page, [...heard.access, ...heard.refresh, ada.email])
    await page.unroute(`${backends.s1}/**`)
    await page.reload()
    await seesSession(page, 'anonymous')
  }))
