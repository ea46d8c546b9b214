/** A person in front of the pages of the Rust server. */

import assert from 'node:assert/strict'
import { backendAt } from '../systems/backend.mjs'
import { seesSession, textOf } from '../visitor.mjs'
import { ada, axumUrl, backends } from './stack.mjs'

export { seesSession, textOf, visit } from '../visitor.mjs'

/**
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 * @typedef {'s1' | 's2' | 's3' | 's4'} SystemName
 */

/**
 * Fills in the sign-in form and sends it; the answer is the page that follows.
 * @param {Page} page @param {SystemName} system @param {Record<string, string>} credentials @param {string} [button]
 */
export const enter = async (page, system, credentials, button = 'sign-in') => {
  await page.goto(`${axumUrl}/${system}/sign-in`)
  for (const [name, value] of Object.entries(credentials)) await page.getByTestId(name).fill(value)
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByTestId(button).click(),
  ])
  await page.waitForLoadState()
  return answer
}

/** Signs in, and waits for the session's page. @param {Page} page @param {SystemName} system @param {Record<string, string>} credentials */
export const signIn = async (page, system, credentials) => {
  await enter(page, system, credentials)
  await page.waitForURL(`${axumUrl}/${system}`)
  await seesSession(page, 'authenticated')
}

/** Signs in to S4 at the provider, which takes everybody for Ada Lovelace. @param {Page} page */
export const signInAtProvider = async (page) => {
  await page.goto(`${axumUrl}/s4/sign-in`)
  await page.getByTestId('sign-in').click()
  await page.waitForURL(`${axumUrl}/s4`)
  await seesSession(page, 'authenticated')
}

/** Signs out, and says whether the backend was told. @param {Page} page */
export const signOut = async (page) => {
  await page.getByTestId('sign-out').click()
  await seesSession(page, 'anonymous')
  return page.getByTestId('sign-out-answer').getAttribute('data-answer')
}

/** @param {BrowserContext} context @param {string} name */
export const cookieNamed = async (context, name) =>
  (await context.cookies()).find((cookie) => cookie.name === name)

/** Fails where a page, or the browser's storage of it, shows one of these, or anything in the form of a token. @param {Page} page @param {string[]} texts */
export const assertShowsNone = async (page, texts) => {
  const shown =
    (await page.content()) +
    (await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })))
  for (const text of texts) assert.ok(!shown.includes(text), `the page shows ${text}`)
  assert.doesNotMatch(shown, /eyJ[\w-]+\.[\w-]+\.[\w-]+/)
}

/** Writes a post, and waits until the list has it. @param {Page} page @param {SystemName} system @param {string} title */
export const writePost = async (page, system, title) => {
  await page.goto(`${axumUrl}/${system}/posts`)
  await page.getByTestId('new-post-title').fill(title)
  await page.getByTestId('new-post-submit').click()
  await page.getByTestId('post-title').filter({ hasText: title }).waitFor()
}

/** The claim of a name that a page shows. @param {Page} page @param {string} name */
export const claim = async (page, name) =>
  (await page.locator(`[data-testid="account"] [data-claim="${name}"]`).textContent())?.trim()

/** Sends the ten calls, and says how many were answered. @param {Page} page */
export const tenCalls = async (page) => {
  await page.getByTestId('calls').click()
  return Number(await textOf(page, 'calls-answered'))
}

/** Waits until the tokens that the backend of short lives gave before this have ended: a younger one has. */
export const tokensHaveEnded = async () => {
  const answer = await fetch(new URL('/auth/login', backends.s1Short), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ada),
  })
  const { data } = /** @type {{ data: { accessToken: string } }} */ (await answer.json())
  while (await backendAt(backends.s1Short).accepts('/auth/me', data.accessToken));
}
