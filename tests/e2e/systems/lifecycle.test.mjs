/** What a page does when it is shown again out of the back/forward cache, looked at again, or online again: F-82. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser } from '../visitor.mjs'
import { backendAt } from './backend.mjs'
import { ada, appUrl, backends } from './stack.mjs'
import { seesSession, signIn, signOut, tenCalls, textOf, visit } from './visitor.mjs'

/**
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ persisted: boolean, status: string | undefined, user: string | null | undefined }} Frame
 */

/** @type {import('playwright-core').Browser} */
let browser

before(async () => {
  await backendAt(backends.s1).forgetLimits()
  // Playwright turns the cache off.
  browser = await openBrowser({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})
after(async () => {
  await browser.close()
  await backendAt(backends.s1).forgetLimits()
})

/** Remembers what the page shows in the first frame after each time it is shown. @param {BrowserContext} context */
const watchFrames = (context) =>
  context.addInitScript(() => {
    /** @type {Frame[]} */
    const frames = []
    Object.assign(window, { frames_: frames })
    addEventListener('pageshow', ({ persisted }) => {
      requestAnimationFrame(() => {
        /** @param {string} name @returns {HTMLElement | null} */
        const find = (name) => document.querySelector(`[data-testid="${name}"]`)
        frames.push({
          persisted,
          status: find('session-status')?.dataset['status'],
          user: find('user-name')?.textContent,
        })
      })
    })
  })

/** Leaves the page for one of the same site in which no client runs. @param {Page} page */
const leave = (page) => page.goto(`${appUrl}/settings.json`)

/** Goes back, and says what the first frame showed. @param {Page} page @returns {Promise<Frame | undefined>} */
const goBack = async (page) => {
  await page.evaluate(() => history.back())
  await page.getByTestId('session-status').waitFor()
  const frames = await page.waitForFunction(() => {
    // @ts-expect-error `watchFrames` leaves them there.
    const { frames_: frames } = window
    return frames.length && frames
  })
  return (await frames.jsonValue()).at(-1)
}

test('a page out of the cache shows its user at once while the tokens are the same', () =>
  visit(browser, async (page, context) => {
    await watchFrames(context)
    await signIn(page, 's1', ada, 'localStorage')
    await page.reload()
    await seesSession(page, 'authenticated')
    await leave(page)
    assert.deepEqual(await goBack(page), { persisted: true, status: 'authenticated', user: 'ada' })
    assert.equal(await tenCalls(page), 10)
  }))

test('a page out of the cache shows no user whose tokens are gone, in its first frame already', () =>
  visit(browser, async (page, context) => {
    await watchFrames(context)
    await signIn(page, 's1', ada, 'localStorage')
    await page.reload()
    await seesSession(page, 'authenticated')
    await leave(page)
    // As another program of the site might, which tells nobody.
    await page.evaluate(() => localStorage.clear())
    const frame = await goBack(page)
    assert.equal(frame?.persisted, true)
    assert.equal(frame.status, 'anonymous')
    assert.ok(!frame.user)
    await seesSession(page, 'anonymous')
  }))

test('a page out of the cache shows no user of a cookie before the session is read', () =>
  visit(browser, async (page, context) => {
    await watchFrames(context)
    await signIn(page, 's2', ada)
    await page.reload()
    await seesSession(page, 'authenticated')
    await leave(page)
    await context.clearCookies()
    const frame = await goBack(page)
    assert.equal(frame?.persisted, true)
    assert.equal(frame.status, 'loading')
    assert.ok(!frame.user)
    await seesSession(page, 'anonymous')
  }))

test('a page that was left before a sign-out in another tab is not shown again', () =>
  visit(browser, async (page, context) => {
    await watchFrames(context)
    await signIn(page, 's2', ada)
    await page.reload()
    await seesSession(page, 'authenticated')
    const other = await context.newPage()
    await other.goto(`${appUrl}/s2`)
    await seesSession(other, 'authenticated')
    await leave(page)
    await signOut(other)
    const frame = await goBack(page)
    // Chromium drops a kept page that misses a message.
    assert.equal(frame?.persisted, false)
    assert.notEqual(frame.status, 'authenticated')
    await seesSession(page, 'anonymous')
  }))

test('a sign-out in one tab signs out all, whether their session is in a cookie or in tokens', () =>
  visit(browser, async (page, context) => {
    for (const [system, place] of /** @type {const} */ ([
      ['s1', 'localStorage'],
      ['s2', undefined],
    ])) {
      await signIn(page, system, ada, place)
      const others = await Promise.all([context.newPage(), context.newPage()])
      await Promise.all(others.map((other) => other.goto(`${appUrl}/${system}`)))
      await Promise.all(others.map((other) => seesSession(other, 'authenticated')))
      await signOut(page)
      await Promise.all(others.map((other) => seesSession(other, 'anonymous')))
    }
  }))

test('F-82 a page that is offline keeps its user, and reads the session when it is online again', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    await context.setOffline(true)
    await page.getByTestId('calls').click()
    await page.getByTestId('calls-answered').getByText('0', { exact: true }).waitFor()
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'user-name'), 'ada')
    // Meanwhile the session has ended, which nobody could tell.
    await context.clearCookies()
    await context.setOffline(false)
    await seesSession(page, 'anonymous')
  }))

test('a page that is looked at again finds out by itself that the session has ended', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    await context.clearCookies()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')))
    await seesSession(page, 'anonymous')
  }))
