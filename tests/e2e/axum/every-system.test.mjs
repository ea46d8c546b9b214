import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from '../systems/backend.mjs'
import { ada, axumUrl, backends, owner } from './stack.mjs'
import { signIn, signInAtProvider, textOf, visit } from './visitor.mjs'

/** @typedef {import('playwright-core').Page} Page */

const systems = {
  s1: (/** @type {Page} */ page) => signIn(page, 's1', ada),
  s2: (/** @type {Page} */ page) => signIn(page, 's2', ada),
  s3: (/** @type {Page} */ page) => signIn(page, 's3', owner),
  s4: signInAtProvider,
}

/** What the backends send for `?bytes=N`. @param {number} size */
const pattern = (size) => {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index += 1) bytes[index] = 31 * index + Math.floor(index / 251)
  return bytes
}

/** @param {Page} page @param {string} testId */
const saved = async (page, testId) => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testId).click()])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

for (const [name, enter] of Object.entries(systems)) {
  const system = /** @type {keyof typeof systems} */ (name)

  test(`${name}: an export comes through the server with its name and every byte`, () =>
    visit(browser, async (page) => {
      if (system === 's1') await backendAt(backends.s1).forgetLimits()
      await enter(page)
      await page.goto(`${axumUrl}/${system}/posts`)
      const posts = await saved(page, 'export')
      assert.equal(posts.name, '报告-posts.csv')
      assert.match(posts.bytes.toString(), /^id,title,body,author,createdAt\r\n/)
      const large = await saved(page, 'export-large')
      assert.equal(large.name, 'bytes.bin')
      assert.ok(large.bytes.equals(pattern(20_000_000)))
    }))

  test(`${name}: an export that fails is a page that says so, and one of nobody leads to the sign-in page`, () =>
    visit(browser, async (page, context) => {
      if (system === 's1') await backendAt(backends.s1).forgetLimits()
      await enter(page)
      await backendAt(backends[system]).breakPath({
        path: '/api/export',
        status: 503,
        body: 'db-3',
        times: 50,
      })
      await page.goto(`${axumUrl}/${system}/backend/api/export`)
      assert.match(await textOf(page, 'error-message'), /^(?!.*db-3).{10,}$/)
      await backendAt(backends[system]).mendPaths()
      await context.clearCookies()
      await page.goto(`${axumUrl}/${system}/backend/api/export`)
      assert.equal(page.url(), `${axumUrl}/${system}/sign-in?returnTo=/${system}/posts`)
    }))

  test(`${name}: a form of another site is refused, and no page is kept by a cache or runs a script`, async () => {
    for (const path of ['sign-out', 'calls', 'posts']) {
      const forged = await fetch(`${axumUrl}/${system}/${path}`, {
        method: 'POST',
        headers: { origin: 'http://evil.example' },
      })
      assert.equal(forged.status, 403, path)
    }
    for (const path of ['', '/sign-in', '/posts']) {
      const { headers } = await fetch(`${axumUrl}/${system}${path}`)
      assert.match(headers.get('cache-control') ?? '', /no-store/)
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/)
    }
  })
}

test('the list of systems leads to each of them', () =>
  visit(browser, async (page) => {
    await page.goto(`${axumUrl}/systems`)
    const links = page.getByTestId('system').getByRole('link')
    const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))
    assert.deepEqual(addresses, ['/s1', '/s2', '/s3', '/s4'])
  }))
