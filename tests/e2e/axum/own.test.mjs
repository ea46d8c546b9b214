import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from '../systems/backend.mjs'
import { ada, axumUrl, backends } from './stack.mjs'
import { assertShowsNone, cookieNamed, seesSession, textOf, tokensHaveEnded, visit } from './visitor.mjs'

/**
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 */

/** Its access tokens end after two seconds. */
const backend = backendAt(backends.s1Short)
const name = 'twinfetch.session'

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetLimits()
  await backend.forgetCalls()
})

/** @param {Page} page */
const signIn = async (page) => {
  await page.goto(`${axumUrl}/own`)
  for (const [field, value] of Object.entries(ada)) await page.getByTestId(field).fill(value)
  await page.getByTestId('sign-in').click()
  await seesSession(page, 'authenticated')
}

/** Loads the page of five parts, each a request of its own, and says how many were shown. @param {Page} page */
const loadParts = async (page) => {
  await page.goto(`${axumUrl}/own/parts`)
  const parts = await page.getByTestId('part').all()
  const shown = parts.map((part) =>
    part.evaluate((image) => image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0),
  )
  return (await Promise.all(shown)).filter(Boolean).length
}

test('an own session is a cookie that no script reads, and no token is in the page', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    assert.equal(await textOf(page, 'user-name'), 'ada')
    const [cookie, ...others] = await context.cookies()
    assert.deepEqual(others, [])
    assert.deepEqual(
      [cookie?.name, cookie?.httpOnly, cookie?.sameSite, cookie?.path],
      [name, true, 'Lax', '/'],
    )
    assert.equal(cookie?.value.split('.').length, 5)
    const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400
    assert.ok(days > 29 && days <= 30, `${days}`)
    assert.equal(await page.evaluate(() => document.cookie), '')
    await assertShowsNone(page, [])
  }))

test('F-40 five parts of a page whose token has ended renew it once, and the browser keeps what that brought', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const before = await cookieNamed(context, name)
    await tokensHaveEnded()
    await backend.forgetCalls()
    assert.equal(await loadParts(page), 5)
    assert.equal(await backend.count('POST', '/auth/refresh'), 1)
    const after = await cookieNamed(context, name)
    assert.ok(before && after && before.value !== after.value)
    // By the browser's clock, and to its precision.
    assert.ok(Math.abs(after.expires - before.expires) < 2, 'a renewal does not make it live longer')
    await page.goto(`${axumUrl}/own`)
    assert.equal(await textOf(page, 'user-name'), 'ada')
  }))

test('F-46 a browser that comes again with the cookie of before is still signed in', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const before = await cookieNamed(context, name)
    assert.ok(before)
    await tokensHaveEnded()
    assert.equal(await loadParts(page), 5)
    await context.addCookies([before])
    assert.equal(await loadParts(page), 5)
    assert.notEqual((await cookieNamed(context, name))?.value, before.value)
  }))

test('X-08 after a sign-out no cookie of the session signs anybody in', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const before = await cookieNamed(context, name)
    await tokensHaveEnded()
    assert.equal(await loadParts(page), 5)
    const after = await cookieNamed(context, name)
    await page.goto(`${axumUrl}/own`)
    await page.getByTestId('sign-out').click()
    await seesSession(page, 'anonymous')
    assert.ok((await backend.count('POST', '/auth/logout')) > 0)
    assert.deepEqual(await context.cookies(), [])
    for (const cookie of [before, after]) {
      assert.ok(cookie)
      await context.addCookies([cookie])
      await page.goto(`${axumUrl}/own`)
      await seesSession(page, 'anonymous')
      assert.deepEqual(await context.cookies(), [])
    }
  }))
