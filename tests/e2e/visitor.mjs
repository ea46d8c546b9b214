/** A person in front of a browser: a fresh Chromium context, and the things they do on every page. */

import { chromium as driver } from 'playwright-core'
import { assertNoToken, listenTo } from '../canary/browser.mjs'
import { quiet } from '../chromium.mjs'
import { chromium, nextUrl } from './stack.mjs'

/**
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ username: string, password: string }} Account
 */

const PATIENCE = 15_000

/** @param {import('playwright-core').LaunchOptions} [more] */
export const openBrowser = (more) =>
  driver.launch({ executablePath: chromium, args: quiet, headless: true, ...more })

/**
 * Runs a scenario in a context of its own, and ends it with the scenario.
 * @param {Browser} browser @param {(page: Page, context: BrowserContext) => Promise<void>} scenario
 */
export const visit = async (browser, scenario) => {
  const context = await browser.newContext({ acceptDownloads: true, baseURL: nextUrl })
  context.setDefaultTimeout(PATIENCE)
  listenTo(context)
  try {
    await scenario(await context.newPage(), context)
    await assertNoToken(context)
  } finally {
    await context.close()
  }
}

/** Waits until the page's header shows a state of the session. @param {Page} page @param {string} status */
export const seesSession = (page, status) =>
  page.locator(`[data-testid="session-status"][data-status="${status}"]`).waitFor()

/** @param {Page} page @param {Account} account */
export const enterPassword = async (page, { username, password }) => {
  await page.goto(`${nextUrl}/sign-in`)
  await page.getByTestId('username').fill(username)
  await page.getByTestId('password').fill(password)
  await page.getByTestId('sign-in').click()
}

/** Signs in through the form and waits for the home page to say so. @param {Page} page @param {Account} account */
export const signIn = async (page, account) => {
  await enterPassword(page, account)
  await page.waitForURL(`${nextUrl}/`)
  await seesSession(page, 'authenticated')
}

/** @param {Page} page */
export const signOut = async (page) => {
  await page.getByTestId('sign-out').click()
  await page.waitForURL(`${nextUrl}/`)
  await seesSession(page, 'anonymous')
}

/** The text of an element which is about to appear. @param {Page} page @param {string} testId */
export const textOf = async (page, testId) => (await page.getByTestId(testId).textContent())?.trim() ?? ''

/** The access token a page shows. @param {Page} page @param {string} url */
export const tokenOn = async (page, url) => {
  await page.goto(url)
  return textOf(page, 'access-token')
}
