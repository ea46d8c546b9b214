import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from '../systems/backend.mjs'
import { signIn as signInAtReact } from '../systems/visitor.mjs'
import { ada, appUrl, axumUrl, backends } from './stack.mjs'
import {
  assertShowsNone,
  claim,
  cookieNamed,
  enter,
  seesSession,
  signIn,
  signOut,
  tenCalls,
  textOf,
  visit,
  writePost,
} from './visitor.mjs'

const backend = backendAt(backends.s1)
const wrong = { ...ada, password: 'lovelace-1844' }
const refused = JSON.stringify({ success: false, data: null, message: '无效的令牌', statusCode: 401 })

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetLimits()
  await backend.forgetCalls()
})

test('S1.1 a sign-in shows the user, writes a post, and gives the browser no token', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's1', ada)
    assert.equal(await textOf(page, 'user-name'), 'ada')
    assert.equal(await claim(page, 'email'), ada.email)
    await assertShowsNone(page, [])
    const [cookie, ...others] = await context.cookies()
    assert.deepEqual(others, [])
    assert.equal(cookie?.name, 'axum-ssr.s1')
    assert.match(cookie?.value ?? '', /^[\da-f]{64}$/)
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path], [true, 'Lax', '/s1'])
    const print = await textOf(page, 'token-fingerprint')
    const bearers = (await backend.calls()).map(({ bearer_sha256 }) => bearer_sha256)
    assert.ok(bearers.some((bearer) => bearer?.startsWith(print)))
    await writePost(page, 's1', `by the Rust server ${crypto.randomUUID()} & <好>`)
  }))

test('S1.1 a wrong password is told in the words of the backend', () =>
  visit(browser, async (page, context) => {
    const answer = await enter(page, 's1', wrong)
    assert.equal(answer.status(), 401)
    assert.equal(await textOf(page, 'error-message'), '邮箱或密码错误')
    assert.equal(await page.getByTestId('email').inputValue(), ada.email)
    await seesSession(page, 'anonymous')
    assert.deepEqual(await context.cookies(), [])
    await assertShowsNone(page, [wrong.password])
  }))

test('S1.1 an account is made, and a refused one is told in the words of the backend', () =>
  visit(browser, async (page) => {
    const email = `${crypto.randomUUID()}@example.com`
    await enter(page, 's1', { email, password: 'short' }, 'register')
    assert.match(await textOf(page, 'error-message'), /^密码至少需要 \d+ 个字符$/)
    await enter(page, 's1', { email, password: 'long enough for anybody' }, 'register')
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'user-name'), email)
  }))

test('S1.5 a renewal gives another token, and spends the refresh token once', () =>
  visit(browser, async (page) => {
    await signIn(page, 's1', ada)
    const before = await textOf(page, 'token-fingerprint')
    await page.getByTestId('refresh').click()
    await page.getByTestId('refreshed').waitFor()
    assert.notEqual(await textOf(page, 'token-fingerprint'), before)
    assert.equal(await backend.count('POST', '/auth/refresh'), 1)
    await page.goto(`${axumUrl}/s1`)
    assert.equal(await textOf(page, 'user-name'), 'ada')
  }))

test('S1.5 a call that is refused among ten is renewed once, and all are answered', () =>
  visit(browser, async (page) => {
    await signIn(page, 's1', ada)
    await backend.breakPath({ path: '/api/posts', status: 401, body: refused, times: 1 })
    assert.equal(await tenCalls(page), 10)
    assert.equal(await backend.count('POST', '/auth/refresh'), 1)
    assert.equal(await textOf(page, 'user-name'), 'ada')
  }))

test('S1.6 a sign-out ends the session at the backend, and the id is worth nothing after it', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's1', ada)
    const cookie = await cookieNamed(context, 'axum-ssr.s1')
    assert.ok(cookie)
    assert.equal(await signOut(page), 'told')
    assert.equal(await backend.count('POST', '/auth/logout'), 1)
    assert.deepEqual(await context.cookies(), [])
    await assertShowsNone(page, [ada.email])
    await context.addCookies([cookie])
    for (const path of ['/s1', '/s1/posts']) {
      await page.goto(axumUrl + path)
      await page.getByTestId('signed-out').waitFor()
      await assertShowsNone(page, [ada.email])
    }
  }))

test('S1.6 a refresh token that is dead ends the session, asked once', () =>
  visit(browser, async (page) => {
    await signIn(page, 's1', ada)
    await backend.breakPath({ path: '/api/posts', status: 401, body: refused, times: 50 })
    await backend.breakPath({ path: '/auth/refresh', status: 401, body: refused, times: 50 })
    await page.getByTestId('calls').click()
    await page.waitForURL(`${axumUrl}/s1/sign-in?returnTo=/s1`)
    await seesSession(page, 'anonymous')
    assert.equal(await backend.count('POST', '/auth/refresh'), 1)
  }))

test('S1.6 a sign-out that the backend cannot be told of succeeds here, and says so', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's1', ada)
    await backend.breakPath({ path: '/auth/logout', status: 503, times: 50 })
    assert.equal(await signOut(page), 'untold')
    assert.deepEqual(await context.cookies(), [])
  }))

test('S1.7 a rate-limited sign-in shows the wait', () =>
  visit(browser, async (page) => {
    for (let attempt = 0; attempt < 5; attempt += 1) await enter(page, 's1', wrong)
    const answer = await enter(page, 's1', ada)
    assert.equal(answer.status(), 429)
    assert.equal(await textOf(page, 'error-message'), '请求过多')
    const seconds = Number(await page.getByTestId('wait').getAttribute('data-seconds'))
    assert.ok(seconds > 0 && seconds <= 60, `${seconds}`)
    assert.equal(answer.headers()['retry-after'], `${seconds}`)
  }))

test('S1.8 the access token that the React app keeps in a cookie is read by the Rust server', () =>
  visit(browser, async (page, context) => {
    await signInAtReact(page, 's1', ada, 'cookie')
    await page.goto(`${axumUrl}/s1`)
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'credential-place'), 'a cookie of this request')
    assert.equal(await claim(page, 'username'), 'ada')
    await assertShowsNone(page, [])
    // The refresh token is the React app's: without it the backend ends nothing.
    assert.equal(await signOut(page), 'untold')
    assert.equal(await cookieNamed(context, 'accessToken'), undefined)
    assert.equal(new URL(appUrl).hostname, new URL(axumUrl).hostname)
  }))
