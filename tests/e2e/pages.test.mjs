import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browser } from './browser.mjs'
import { ada, nextUrl } from './stack.mjs'
import { seesSession, signIn, visit } from './visitor.mjs'

const paths = ['/', '/sign-in', '/posts', '/client', '/server', '/burst']

/**
 * Opens every page and collects what the browser complains about.
 * @param {import('playwright-core').Page} page @param {string} status
 */
const complaintsOf = async (page, status) => {
  /** @type {string[]} */
  const complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  for (const path of paths) {
    await page.goto(nextUrl + path, { waitUntil: 'networkidle' })
    await seesSession(page, status)
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, path)
  }
  return complaints
}

test('no page makes the browser complain for someone who is signed in', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    assert.deepEqual(await complaintsOf(page, 'authenticated'), [])
  }))

test('for someone who is signed out only the refused calls of the burst are noted', () =>
  visit(browser, async (page) => {
    const complaints = await complaintsOf(page, 'anonymous')
    assert.deepEqual(
      [...new Set(complaints)].filter((text) => !text.includes('401')),
      [],
    )
    assert.ok(complaints.length <= 20)
  }))

test('no page scrolls sideways on a phone', () =>
  visit(browser, async (page) => {
    await page.setViewportSize({ width: 360, height: 740 })
    await signIn(page, ada)
    for (const path of paths) {
      await page.goto(nextUrl + path, { waitUntil: 'networkidle' })
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`)
    }
  }))
