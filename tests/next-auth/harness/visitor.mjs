/** A person in front of a browser, with one or more tabs of a site. */

import assert from 'node:assert/strict'
import { chromium as driver } from 'playwright-core'
import { assertNoToken, listenTo } from '../../canary/browser.mjs'
import { quiet } from '../../chromium.mjs'

/**
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('./site.mjs').Site} Site
 * @typedef {import('twinfetch').Authenticated} Authenticated
 */

/** Users whom the backend seeds. */
export const ada = { username: 'ada', password: 'lovelace-1843' }
export const grace = { username: 'grace', password: 'hopper-1906' }

const PATIENCE = 15_000

export const openBrowser = () =>
  driver.launch({
    executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium',
    args: quiet,
    headless: true,
  })

/**
 * Runs a scenario in a context of its own, and ends it with the scenario.
 * @param {Browser} browser @param {Site} site @param {(page: Page, context: BrowserContext) => Promise<void>} scenario
 */
export const visit = async (browser, site, scenario) => {
  const context = await browser.newContext({ baseURL: site.url })
  context.setDefaultTimeout(PATIENCE)
  listenTo(context)
  try {
    await scenario(await openTab(context), context)
    await assertNoToken(context)
  } finally {
    site.forgetHolds()
    await context.close()
  }
}

/** Opens the bench in a tab, up to the end of its first session read. @param {BrowserContext} context */
export const openTab = async (context) => {
  const page = await context.newPage()
  await page.goto('/')
  await page.locator('[data-testid="session-status"]:not([data-status="loading"])').waitFor()
  return page
}

/** Waits until the page shows a state of the session, and this user if one is named. @param {Page} page @param {string} status @param {string} [name] */
export const seesSession = (page, status, name = '') =>
  page.locator(`[data-testid="session-status"][data-status="${status}"]`, { hasText: name }).waitFor()

/** Signs in through the client's own verb. @param {Page} page @param {typeof ada} account */
export const signIn = (page, account) =>
  page.evaluate(async (credentials) => {
    const { data, error } = await bench.api.signIn(credentials)
    return { data, code: error?.code }
  }, account)

/** Signs out through the client's own verb. @param {Page} page */
export const signOut = (page) =>
  page.evaluate(async () => {
    const { data, error } = await bench.api.signOut()
    return { serverTold: data?.serverTold, cause: data?.cause?.code, code: error?.code }
  })

/** What a component would show now. @param {Page} page */
export const snapshot = (page) => page.evaluate(() => bench.api.getSnapshot().status)

/** The access token of who is signed in. @param {Page} page */
export const tokenOf = async (page) => {
  const session = await page.evaluate(() => bench.api.getSession())
  assert.ok(session.status === 'authenticated' && session.accessToken)
  return session.accessToken
}

/** How a call of the backend ends. @param {Page} page */
export const readPosts = (page) =>
  page.evaluate(async () => {
    const { data, error } = await bench.api.get('/api/posts')
    return { data, code: error?.code }
  })

/** Whether the browser has a session cookie. @param {BrowserContext} context @param {Site} site */
export const hasCookie = async (context, { version }) =>
  (await context.cookies()).some(({ name }) => name.startsWith(version.cookie))
