/** A person in front of the React app: the things they do in every system. */

import { keepsIn } from '../../canary/browser.mjs'
import { seesSession, visit as visitPage } from '../visitor.mjs'
import { appUrl } from './stack.mjs'

export { seesSession, textOf } from '../visitor.mjs'

/**
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 * @typedef {'s1' | 's2' | 's3' | 's4'} SystemName
 * @typedef {'memory' | 'sessionStorage' | 'localStorage' | 'cookie' | 'both'} PlaceName
 */

/** Where tokens may be found, by the place that a user chooses. @type {Record<PlaceName, ('localStorage' | 'sessionStorage' | 'cookie')[]>} */
const kept = {
  memory: [],
  sessionStorage: ['sessionStorage'],
  localStorage: ['localStorage'],
  cookie: ['cookie'],
  both: ['localStorage', 'cookie'],
}

/**
 * Runs a scenario in a fresh context, and fails when the page complains of anything but a request that was refused.
 * @param {Browser} browser @param {(page: Page, context: BrowserContext) => Promise<void>} scenario
 */
export const visit = (browser, scenario) =>
  visitPage(browser, async (page, context) => {
    /** @type {string[]} */
    const complaints = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        complaints.push(message.text())
    })
    await scenario(page, context)
    if (complaints.length) throw new Error(`the page complains:\n${complaints.join('\n')}`)
  })

/** Lets the app use another backend for a system. @param {BrowserContext} context @param {SystemName} system @param {string} url */
export const useBackend = (context, system, url) =>
  context.route(`${appUrl}/settings.json`, async (route) => {
    const settings = await (await route.fetch()).json()
    settings.backends[system] = url
    await route.fulfill({ json: settings })
  })

/**
 * Fills in the sign-in form and sends it.
 * @param {Page} page @param {SystemName} system @param {Record<string, string>} credentials @param {PlaceName} [place]
 */
export const enter = async (page, system, credentials, place) => {
  await page.goto(`${appUrl}/${system}/sign-in`)
  if (place) await page.getByTestId(`place-${place}`).check()
  if (place) keepsIn(page.context(), ...kept[place])
  for (const [name, value] of Object.entries(credentials)) await page.getByTestId(name).fill(value)
  await page.getByTestId('sign-in').click()
}

/**
 * Signs in through the form and waits for the session's page.
 * @param {Page} page @param {SystemName} system @param {Record<string, string>} credentials @param {PlaceName} [place]
 */
export const signIn = async (page, system, credentials, place) => {
  await enter(page, system, credentials, place)
  await page.waitForURL(`${appUrl}/${system}`)
  await seesSession(page, 'authenticated')
}

/** Signs out, and says whether the server was told. @param {Page} page */
export const signOut = async (page) => {
  await page.getByTestId('sign-out').click()
  await seesSession(page, 'anonymous')
  return page.getByTestId('sign-out-answer').getAttribute('data-answer')
}

/** Sends the ten calls, and says how many were answered. @param {Page} page */
export const tenCalls = async (page) => {
  await page.getByTestId('calls').click()
  return Number(await page.getByTestId('calls-answered').textContent())
}

/** Writes a post and waits until the list has it. @param {Page} page @param {SystemName} system @param {string} title */
export const writePost = async (page, system, title) => {
  await page.getByRole('link', { name: 'Posts' }).click()
  await page.waitForURL(`${appUrl}/${system}/posts`)
  await page.getByTestId('new-post-title').fill(title)
  await page.getByTestId('new-post-submit').click()
  await page.getByTestId('post-title').filter({ hasText: title }).waitFor()
}

/** Renews the session. @param {Page} page */
export const refresh = async (page) => {
  await page.getByTestId('refresh').click()
  await page.getByTestId('refreshed').waitFor()
}

/** Signs in to S4 at the provider, which takes everybody for Ada Lovelace. @param {Page} page */
export const signInAtProvider = async (page) => {
  await page.goto(`${appUrl}/s4/sign-in`)
  await page.getByTestId('sign-in').click()
  await page.waitForURL(`${appUrl}/s4`)
  await seesSession(page, 'authenticated')
}
