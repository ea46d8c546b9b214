import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from './backend.mjs'
import { ada, appUrl, backends, owner } from './stack.mjs'
import { seesSession, signIn, signInAtProvider, textOf, visit } from './visitor.mjs'

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

/** Lets the file come in about a second, so that there is something to see. @param {Page} page */
const slowDown = async (page) => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: 20_000_000,
    uploadThroughput: -1,
  })
}

/** Collects every value a progress bar of the page shows once its length is known. Runs in the page. */
const watchProgress = () => {
  /** @type {number[]} */
  const seen = []
  new MutationObserver(() => {
    const bar = document.querySelector('progress')
    if (bar && bar.max > 1 && bar.value !== seen.at(-1)) seen.push(bar.value)
  }).observe(document.body, { attributes: true, childList: true, subtree: true })
  return seen
}

for (const [name, enter] of Object.entries(systems)) {
  const system = /** @type {keyof typeof systems} */ (name)

  /** Signs in and opens the posts. @param {Page} page */
  const openPosts = async (page) => {
    if (system === 's1') await backendAt(backends.s1).forgetLimits()
    await enter(page)
    await page.getByRole('link', { name: 'Posts' }).click()
    await page.getByTestId('export-button').waitFor()
  }

  test(`${name}: an export shows its progress and keeps every byte`, () =>
    visit(browser, async (page) => {
      await openPosts(page)
      await page.getByTestId('export-path').selectOption({ label: '20 MB, to see the progress' })
      await slowDown(page)
      const progress = await page.evaluateHandle(watchProgress)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByTestId('export-button').click(),
      ])
      assert.equal(download.suggestedFilename(), 'bytes.bin')
      assert.ok((await readFile(await download.path())).equals(pattern(20_000_000)))
      const seen = await progress.jsonValue()
      assert.ok(seen.length > 1, 'the bar moved')
      assert.ok(seen.every((value, index) => value >= (seen[index - 1] ?? 0) && value <= 20_000_000))
      assert.match(await textOf(page, 'export-saved'), /^Saved bytes\.bin, 20,000,000 bytes\.$/)
    }))

  test(`${name}: a cancelled export saves nothing and is no error`, () =>
    visit(browser, async (page) => {
      await openPosts(page)
      await page.route(`${backends[system]}/api/export`, () => {})
      let downloads = 0
      page.on('download', () => {
        downloads += 1
      })
      await page.getByTestId('export-button').click()
      await page.getByRole('progressbar', { name: 'Export' }).waitFor()
      await page.getByTestId('export-cancel').click()
      await page.getByTestId('export-progress').waitFor({ state: 'detached' })
      assert.equal(await page.getByTestId('error-message').count(), 0)
      assert.equal(await page.getByTestId('export-saved').count(), 0)
      assert.equal(downloads, 0)
    }))

  test(`${name}: a refused post shows the backend’s own reason and keeps what was typed`, () =>
    visit(browser, async (page) => {
      await openPosts(page)
      await page.getByTestId('new-post-title').fill('   ')
      await page.getByTestId('new-post-submit').click()
      assert.equal(await textOf(page, 'error-message'), 'the title must not be empty')
      assert.equal(await page.getByTestId('new-post-title').inputValue(), '   ')
      await seesSession(page, 'authenticated')
    }))
}

test('the first page leads to every system', () =>
  visit(browser, async (page) => {
    for (const name of Object.keys(systems)) {
      await page.goto(appUrl)
      await page.getByTestId(`system-${name}`).click()
      await page.waitForURL(`${appUrl}/${name}`)
      await seesSession(page, 'anonymous')
    }
    await page.goto(appUrl)
    const { nextApp } = await (await fetch(`${appUrl}/settings.json`)).json()
    assert.equal(await page.getByTestId('system-s0').getAttribute('href'), nextApp)
  }))
