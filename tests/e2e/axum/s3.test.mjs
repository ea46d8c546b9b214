import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from '../systems/backend.mjs'
import { signIn as signInAtReact } from '../systems/visitor.mjs'
import { axumUrl, backends, owner } from './stack.mjs'
import {
  assertShowsNone,
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

const backend = backendAt(backends.s3)

/** @param {number} updatedAt when the password became what it is, in seconds since 1970 */
const changePassword = (updatedAt) =>
  fetch(`${backends.s3}/test/password`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ updatedAt }),
  })

beforeEach(async () => {
  await backend.mendPaths()
  await changePassword(0)
})

test('S3.1 a sign-in keeps the token in a cookie that ends with it', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's3', { ...owner, ttl: '600' })
    const cookie = await cookieNamed(context, 'token')
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Lax'])
    const left = (cookie?.expires ?? 0) - Date.now() / 1000
    assert.ok(left > 500 && left <= 601, `${left}`)
    assert.equal(await tenCalls(page), 10)
    await assertShowsNone(page, [])
    await writePost(page, 's3', `by the Rust server ${crypto.randomUUID()}`)
  }))

test('S3.1 a wrong password, and a life that is too long, are told in the words of the backend', () =>
  visit(browser, async (page, context) => {
    const answer = await enter(page, 's3', { password: 'admin124' })
    assert.equal(answer.status(), 401)
    assert.equal(await textOf(page, 'error-message'), '密码错误')
    await enter(page, 's3', { ...owner, ttl: '7201' })
    assert.match(await textOf(page, 'error-message'), /^ttl 必须在 1 到 7200 秒之间$/)
    assert.deepEqual(await context.cookies(), [])
  }))

test('S3.2 a sign-out is told, and leaves nothing of the user', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's3', owner)
    const name = await textOf(page, 'user-name')
    assert.equal(name, 'admin')
    assert.equal(await signOut(page), 'told')
    assert.deepEqual(await context.cookies(), [])
    await page.goto(`${axumUrl}/s3`)
    await page.getByTestId('signed-out').waitFor()
    await assertShowsNone(page, [])
    assert.equal(await page.getByTestId('session-card').count(), 0)
  }))

test('S3.3 a link made here signs another browser in, and its token leaves the address', () =>
  visit(browser, (page) =>
    visit(browser, async (guest, context) => {
      await signIn(page, 's3', owner)
      await page.getByTestId('link-make').click()
      const link = await page.getByTestId('link-address').inputValue()
      assert.match(link, /\/s3\?token=eyJ/)
      assert.match((await page.locator('label[for="link"]').textContent()) ?? '', /for (59|60) minutes$/)
      const [answer] = await Promise.all([guest.waitForResponse(link), guest.goto(link)])
      assert.equal(answer.status(), 303)
      const { location, 'referrer-policy': referrer, 'cache-control': cache } = await answer.allHeaders()
      assert.equal(location, '/s3')
      assert.equal(referrer, 'no-referrer')
      assert.match(cache ?? '', /no-store/)
      assert.equal(guest.url(), `${axumUrl}/s3`)
      await seesSession(guest, 'authenticated')
      assert.equal((await cookieNamed(context, 'token'))?.httpOnly, true)
      await assertShowsNone(guest, [])
      assert.equal(await signOut(guest), 'told')
    }),
  ))

test('S3.3 a link keeps the rest of its address, and a forged one signs nobody in', () =>
  visit(browser, async (page, context) => {
    const forged = await page.goto(`${axumUrl}/s3/posts?page=2&token=eyJhbGciOiJub25lIn0.e30.`)
    assert.equal(forged?.status(), 401)
    const { 'referrer-policy': referrer, 'cache-control': cache } = (await forged?.allHeaders()) ?? {}
    assert.equal(referrer, 'no-referrer')
    assert.match(cache ?? '', /no-store/)
    await page.getByTestId('error-message').waitFor()
    assert.deepEqual(await context.cookies(), [])
    await signIn(page, 's3', owner)
    await page.getByTestId('link-make').click()
    const link = new URL(await page.getByTestId('link-address').inputValue())
    await context.clearCookies()
    await page.goto(`${axumUrl}/s3/posts${link.search}&page=2`)
    assert.equal(page.url(), `${axumUrl}/s3/posts?page=2`)
    await seesSession(page, 'authenticated')
  }))

test('S3.4 a token of before the password’s change leads to the sign-in page once, and back', () =>
  visit(browser, async (page) => {
    await signIn(page, 's3', owner)
    await changePassword(Math.floor(Date.now() / 1000) + 1000)
    await page.goto(`${axumUrl}/s3/posts`)
    assert.equal(page.url(), `${axumUrl}/s3/sign-in?returnTo=/s3/posts`)
    await changePassword(0)
    await page.getByTestId('password').fill(owner.password)
    await page.getByTestId('sign-in').click()
    await page.waitForURL(`${axumUrl}/s3/posts`)
    await seesSession(page, 'authenticated')
  }))

test('S3.5 the token that the React app keeps in a cookie is read by the Rust server', () =>
  visit(browser, async (page, context) => {
    await signInAtReact(page, 's3', owner, 'both')
    await page.goto(`${axumUrl}/s3`)
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'credential-place'), 'a cookie of this request')
    assert.equal(await tenCalls(page), 10)
    await assertShowsNone(page, [])
    assert.equal(await signOut(page), 'told')
    assert.equal(await cookieNamed(context, 'token'), undefined)
  }))
