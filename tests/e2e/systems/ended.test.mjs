/** Sessions that end without a sign-out, and a backend that fails: S2 and S3. */

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from './backend.mjs'
import { ada, backends, owner } from './stack.mjs'
import { seesSession, signIn, textOf, visit } from './visitor.mjs'

const [s2, s3] = [backendAt(backends.s2), backendAt(backends.s3)]

/** Says when the password became what it is, in seconds since 1970. @param {number} updatedAt */
const changePassword = async (updatedAt) => {
  const answer = await fetch(new URL('/test/password', backends.s3), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ updatedAt }),
  })
  assert.ok(answer.ok)
}

/**
 * Sends the ten calls, and waits until so many of them are answered; what the page showed before is not meant.
 * @param {import('playwright-core').Page} page @param {number} count
 */
const answered = async (page, count) => {
  await page.getByTestId('calls').click()
  await page.getByTestId('calls-answered').getByText(String(count), { exact: true }).waitFor()
}

beforeEach(() => Promise.all([s2.mendPaths(), s3.mendPaths()]))

test('S2.5 when the day of the token is over the user is signed out, and can sign in again', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    await answered(page, 10)
    // What the browser does by itself after Max-Age.
    await context.clearCookies({ name: 'token' })
    await answered(page, 0)
    await page.reload()
    await seesSession(page, 'anonymous')
    await signIn(page, 's2', ada)
    await answered(page, 10)
  }))

test('S2.7 a page says nothing of the cause of a 500, and nobody is signed out', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', ada)
    const body = JSON.stringify({ code: -1, message: 'connect ECONNREFUSED 10.0.0.7' })
    await s2.breakPath({ path: '/account/users', status: 500, body })
    await page.getByTestId('members-read').click()
    assert.equal(await textOf(page, 'error-message'), 'The server could not answer. Please try again later.')
    await seesSession(page, 'authenticated')
  }))

test('S3.4 a token from before the password was changed is dead', async () => {
  try {
    await visit(browser, async (page) => {
      await signIn(page, 's3', owner, 'localStorage')
      await answered(page, 10)
      const keys = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('://')))
      assert.equal((await keys()).length, 1)
      await changePassword(Math.ceil(Date.now() / 1000) + 60)
      await answered(page, 0)
      await page.reload()
      await seesSession(page, 'anonymous')
      assert.deepEqual(await keys(), [])
    })
  } finally {
    await changePassword(0)
  }
  await visit(browser, async (page) => {
    await signIn(page, 's3', owner)
    await answered(page, 10)
  })
})
