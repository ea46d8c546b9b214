import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { breakPath, bytesOf, mendPaths } from './backend.mjs'
import { browser } from './browser.mjs'
import { ada, backendUrl, nextUrl } from './stack.mjs'
import { seesSession, signIn, textOf, tokenOn, visit } from './visitor.mjs'

/** @type {string} */
let folder
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinfetch-export-'))
})
after(() => rm(folder, { recursive: true }))

/** Clicks the export button and returns the saved file. @param {import('playwright-core').Page} page */
const exported = async (page) => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('export-button').click(),
  ])
  const name = download.suggestedFilename()
  await download.saveAs(join(folder, name))
  assert.ok((await readdir(folder)).includes(name))
  return { name, bytes: await readFile(join(folder, name)) }
}

test('the exported file has its UTF-8 name and the exact bytes', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    const token = await tokenOn(page, `${nextUrl}/client`)
    await page.goto(`${nextUrl}/posts`)
    const { name, bytes } = await exported(page)
    assert.equal(name, '报告-posts.csv')
    assert.deepEqual(bytes, await bytesOf('/api/export', token))
    assert.match(await textOf(page, 'export-saved'), /^Saved 报告-posts\.csv, /)
  }))

test('a large export shows its progress and keeps every byte', () =>
  visit(browser, async (page) => {
    const size = 24_000_001
    const large = `/api/export?bytes=${size}`
    await signIn(page, ada)
    const token = await tokenOn(page, `${nextUrl}/client`)
    await page.route(`${backendUrl}/api/export`, (route) => route.continue({ url: backendUrl + large }))
    await page.goto(`${nextUrl}/posts`)
    await page.getByTestId('export-button').waitFor()
    const progress = await page.evaluateHandle(watchProgress)
    const { bytes } = await exported(page)
    assert.ok(bytes.equals(await bytesOf(large, token)))
    const seen = await progress.jsonValue()
    assert.ok(seen.length > 1, 'the bar moved')
    assert.deepEqual(
      seen,
      seen.toSorted((one, other) => one - other),
    )
    // The bar may be painted before the first byte has come.
    assert.ok(seen.every((value) => value >= 0 && value <= size))
    assert.ok(seen.some((value) => value > 0))
    assert.match(await textOf(page, 'export-saved'), /24,000,001/)
  }))

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

test('a failing export saves nothing and says why', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await page.goto(`${nextUrl}/posts`)
    await breakPath({
      path: '/api/export',
      status: 503,
      contentType: 'text/html',
      body: '<h1>db-3</h1>',
      times: 50,
    })
    let downloads = 0
    page.on('download', () => {
      downloads += 1
    })
    await page.getByTestId('export-button').click()
    assert.match(await textOf(page, 'error-message'), /^(?!.*(db-3|<)).{10,}$/)
    await mendPaths()
    assert.equal(downloads, 0)
    await seesSession(page, 'authenticated')
  }))

test('a cancelled export saves nothing and is no error', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await page.route(`${backendUrl}/api/export`, () => {})
    await page.goto(`${nextUrl}/posts`)
    await page.getByTestId('export-button').click()
    await page.getByRole('progressbar', { name: 'Export' }).waitFor()
    await page.getByTestId('export-cancel').click()
    await page.getByTestId('export-progress').waitFor({ state: 'detached' })
    assert.equal(await page.getByTestId('error-message').count(), 0)
    assert.equal(await page.getByTestId('export-saved').count(), 0)
    assert.ok(await page.getByTestId('export-button').isEnabled())
  }))

test('an export is told to who does not see it, and ends its connection when it is cancelled by keyboard', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    const large = `${backendUrl}/api/export?bytes=50000000`
    await page.route(`${backendUrl}/api/export`, (route) => route.continue({ url: large }))
    await page.goto(`${nextUrl}/posts`)
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Network.enable')
    const rule = { offline: false, latency: 0, downloadThroughput: 2_000_000, uploadThroughput: -1 }
    await devtools.send('Network.emulateNetworkConditions', rule)
    let downloads = 0
    page.on('download', () => {
      downloads += 1
    })
    await page.getByTestId('export-button').focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => {
      const bar = document.querySelector('progress')
      return bar && bar.max > 1 && bar.value > 0
    })
    const { nodes } = await devtools.send('Accessibility.getFullAXTree')
    const bar = nodes.find(({ role }) => role?.value === 'progressbar')
    assert.equal(bar?.name?.value, 'Export')
    assert.ok(Number(bar?.value?.value) > 0 && Number(bar?.value?.value) < 50_000_000)
    assert.match(await textOf(page, 'export-status'), /^\d0? % of 50 MB[.,]/)
    const lost = new Promise((resolve) => devtools.on('Network.loadingFailed', resolve))
    await page.keyboard.press('Tab')
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('data-testid')),
      'export-cancel',
    )
    await page.keyboard.press('Enter')
    assert.equal((await lost).canceled, true)
    assert.equal(await textOf(page, 'export-status'), 'Cancelled.')
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('data-testid')),
      'export-button',
    )
    assert.equal(downloads, 0)
  }))
