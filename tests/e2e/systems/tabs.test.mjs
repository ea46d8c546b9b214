/** Tabs that share the tokens of S1, and renewals whose answers are lost: F-41, F-45, F-46, F-48. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from './backend.mjs'
import { openGate } from './gate.mjs'
import { ada, appUrl, backends } from './stack.mjs'
import { seesSession, signIn, tenCalls, useBackend, visit } from './visitor.mjs'

/**
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 */

const REFRESH = '/auth/refresh'
const TABS = 5
/** Longer than the lease of a tab that has died. */
const PATIENCE = 40_000

/** @type {Awaited<ReturnType<typeof openGate>>} */
let gate

beforeEach(async () => {
  await backendAt(backends.s1).forgetLimits()
  gate = await openGate(backends.s1, REFRESH)
})
afterEach(async () => {
  gate.end()
  await backendAt(backends.s1).forgetLimits()
})

/** Takes the Web Locks away, as where a page came over plain HTTP. @param {BrowserContext} context */
const withoutLocks = (context) =>
  context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }))

/** Makes the kept access token one that has ended, and says which refresh token is kept. @param {Page} page */
const expire = (page) =>
  page.evaluate(() => {
    const [key = ''] = Object.keys(localStorage).filter((key) => key.startsWith('twinfetch:'))
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}')
    const [head, , tail] = kept.access.split('.')
    const ended = { sub: '1', type: 'access', iat: 1_700_000_000, exp: 1_700_000_900 }
    kept.access = [head, btoa(JSON.stringify(ended)).replace(/=+$/, ''), tail].join('.')
    kept.expires = ended.exp * 1000
    localStorage.setItem(key, JSON.stringify(kept))
    return kept.refresh
  })

/** What is kept. @param {Page} page */
const kept = (page) =>
  page.evaluate(() => {
    const [key = ''] = Object.keys(localStorage).filter((key) => key.startsWith('twinfetch:'))
    return JSON.parse(localStorage.getItem(key) ?? '{}')
  })

/**
 * Signs in in one tab, lets the access token end, and opens five tabs at once, whose renewals wait at the gate.
 * @param {BrowserContext} context @param {Page} page
 */
const openTabs = async (context, page) => {
  await useBackend(context, 's1', gate.url)
  await signIn(page, 's1', ada, 'localStorage')
  const spent = await expire(page)
  await page.goto('about:blank')
  gate.forget()
  gate.set('shut')
  const tabs = await Promise.all(Array.from({ length: TABS }, () => context.newPage()))
  /** @type {Page[]} */
  const renewing = []
  for (const tab of tabs) {
    tab.on('request', (request) => {
      if (new URL(request.url()).pathname === REFRESH && request.method() === 'POST') renewing.push(tab)
    })
  }
  await Promise.all(tabs.map((tab) => tab.goto(`${appUrl}/s1`)))
  await gate.until(() => gate.count('/auth/me', 401) >= TABS && gate.count(REFRESH) >= 1)
  return { spent, tabs, renewing }
}

/** Fails unless each of the tabs is signed in and gets its calls answered. @param {Page[]} tabs */
const allWell = async (tabs) => {
  await Promise.all(
    tabs.map((tab) =>
      tab
        .locator('[data-testid="session-status"][data-status="authenticated"]')
        .waitFor({ timeout: PATIENCE }),
    ),
  )
  assert.deepEqual(await Promise.all(tabs.map(tenCalls)), Array(tabs.length).fill(10))
}

for (const how of ['with locks', 'without locks']) {
  /** @param {(page: Page, context: BrowserContext) => Promise<void>} scenario */
  const visitSo = (scenario) =>
    visit(browser, async (page, context) => {
      if (how === 'without locks') await withoutLocks(context)
      await scenario(page, context)
    })

  test(`F-41 five tabs ${how} and an access token that has ended renew once`, () =>
    visitSo(async (page, context) => {
      const { spent, tabs } = await openTabs(context, page)
      gate.set('open')
      await allWell(tabs)
      assert.equal(gate.count(REFRESH), 1)
      const [first = page] = tabs
      assert.notEqual((await kept(first)).refresh, spent)
    }))

  test(`F-41 F-48 when the tab that renews ${how} dies the next one renews once, and nobody is signed out`, () =>
    visitSo(async (page, context) => {
      const { tabs, renewing } = await openTabs(context, page)
      const [leader] = renewing
      assert.ok(leader)
      const crashed = leader.waitForEvent('crash')
      const devtools = await context.newCDPSession(leader)
      // It is answered by nobody.
      devtools.send('Page.crash').catch(() => {})
      await crashed
      await gate.until(() => gate.left() === 1)
      await leader.close()
      gate.set('open')
      const others = tabs.filter((tab) => tab !== leader)
      await allWell(others)
      assert.equal(gate.count(REFRESH), 2)
      assert.equal(gate.count(REFRESH, 200), 1)
      assert.equal(renewing.length, 2)
    }))
}

test('F-45 when the answer to a renewal is lost the refresh token stays, and nobody is signed out', () =>
  visit(browser, async (page, context) => {
    await useBackend(context, 's1', gate.url)
    await signIn(page, 's1', ada, 'localStorage')
    const spent = await expire(page)
    gate.forget()
    gate.set('cut')
    await page.reload()
    await seesSession(page, 'unknown')
    assert.equal(gate.count(REFRESH), 1)
    assert.equal(gate.count(REFRESH, 200), 1)
    assert.equal((await kept(page)).refresh, spent)
    assert.equal(await page.getByTestId('signed-out').count(), 0)
  }))

test('F-46 when the tab that has spent the refresh token dies with the answer, the others end once and can sign in again', () =>
  visit(browser, async (page, context) => {
    const { tabs, renewing } = await openTabs(context, page)
    const [leader] = renewing
    assert.ok(leader)
    gate.set('mute')
    await gate.until(() => gate.count(REFRESH, 200) === 1)
    await leader.close()
    const others = tabs.filter((tab) => tab !== leader)
    gate.set('open')
    await Promise.all(others.map((tab) => seesSession(tab, 'anonymous')))
    // The one which comes next is told that the token is spent; it says so to the others.
    assert.equal(gate.count(REFRESH), 2)
    const [next = page] = others
    await signIn(next, 's1', ada)
    await Promise.all(others.map((tab) => seesSession(tab, 'authenticated')))
  }))
