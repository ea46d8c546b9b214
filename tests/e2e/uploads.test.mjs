import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { browser } from './browser.mjs'
import { ada, backendUrl, nextUrl } from './stack.mjs'
import { signIn, textOf, visit } from './visitor.mjs'

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').CDPSession} CDPSession */

const size = 6_000_000
const file = {
  name: 'Zahlen 2026 报告.csv',
  mimeType: 'text/csv',
  buffer: Buffer.alloc(size, 'twinfetch, '),
}

/** Has so many bytes a second leave at most. @param {Page} page @param {number} uploadThroughput */
const slowDown = async (page, uploadThroughput) => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  const rule = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput }
  await devtools.send('Network.emulateNetworkConditions', rule)
  return devtools
}

/** Collects what a progress bar shows once its length is known, and what is said of it. Runs in the page. */
const watch = () => {
  /** @type {{ values: number[], said: string[] }} */
  const seen = { values: [], said: [] }
  new MutationObserver(() => {
    const bar = document.querySelector('progress')
    if (bar && bar.max > 1 && bar.value !== seen.values.at(-1)) seen.values.push(bar.value)
    const said = document.querySelector('[data-testid="upload-status"]')?.textContent ?? ''
    if (said && said !== seen.said.at(-1)) seen.said.push(said)
  }).observe(document.body, { attributes: true, characterData: true, childList: true, subtree: true })
  return seen
}

/** Signs in and chooses the file. @param {Page} page */
const choose = async (page) => {
  await signIn(page, ada)
  await page.goto(`${nextUrl}/posts`)
  await page.getByTestId('upload-file').setInputFiles(file)
}

/** @typedef {{ role: string, name: string, properties: Record<string, unknown>, value: unknown }} Seen */

/** What an aid for who does not see the page has of it. @param {CDPSession} devtools */
const accessible = async (devtools) => {
  const { nodes } = await devtools.send('Accessibility.getFullAXTree')
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, value, properties = [] }) => ({
      role: role?.value,
      name: name?.value,
      value: value?.value,
      properties: Object.fromEntries(properties.map(({ name, value }) => [name, value.value])),
    }))
}

test('an upload shows its progress, and the backend has every byte under the file’s name', () =>
  visit(browser, async (page) => {
    await choose(page)
    await slowDown(page, 4_000_000)
    const watched = await page.evaluateHandle(watch)
    await page.getByTestId('upload-button').click()
    const digest = createHash('sha256').update(file.buffer).digest('hex')
    const words = `The server has ${file.name}, 6,000,000 bytes. SHA-256: ${digest}`
    assert.equal(await textOf(page, 'upload-sent'), words)
    const { values, said } = await watched.jsonValue()
    assert.ok(values.length > 3, `the bar moved: ${values}`)
    assert.ok(values.every((value, index) => value >= (values[index - 1] ?? 0) && value < size + 1_000))
    // Tenths, rounded times and the end: not every step of the bar.
    assert.ok(said.length < 30 && said.some((text) => / % of 6 MB/.test(text)), said.join('\n'))
    assert.equal(said.at(-1), words)
  }))

test('by keyboard alone, and told to who does not see it: a bar with a name and a value, and a text', () =>
  visit(browser, async (page) => {
    await choose(page)
    const devtools = await slowDown(page, 400_000)
    await page.getByTestId('upload-file').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => {
      const bar = document.querySelector('progress')
      return bar && bar.max > 1 && bar.value > 0
    })
    const before = await accessible(devtools)
    const bar = before.find(({ role }) => role === 'progressbar')
    assert.deepEqual([bar?.name, bar?.properties['valuemin']], ['Upload', 0])
    assert.ok(Number(bar?.value) > 0 && Number(bar?.value) < Number(bar?.properties['valuemax']))
    assert.ok(Number(bar?.properties['valuemax']) > size)
    const status = before.filter(({ role }) => role === 'status')
    assert.ok(status.length > 0 && status.every(({ properties }) => properties['live'] === 'polite'))
    const button = before.find(({ role, name }) => role === 'button' && name === 'Send it')
    assert.equal(button?.properties['disabled'], true)
    assert.equal(button?.properties['focused'], true, 'what began it keeps the focus')

    const lost = new Promise((resolve) => devtools.on('Network.loadingFailed', resolve))
    for (let step = 0; step < 5; step += 1) {
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))
      if (focused === 'upload-cancel') break
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    assert.equal((await lost).canceled, true)
    assert.equal(await textOf(page, 'upload-status'), 'Cancelled.')
    assert.equal(await page.getByTestId('upload-progress').count(), 0)
    assert.equal(await page.getByTestId('error-message').count(), 0)
    assert.ok(await page.getByTestId('upload-button').isEnabled())
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))
    assert.equal(focused, 'upload-button', 'the focus is not lost with the button that had it')
  }))

test('an upload that is refused says why, and shows no end', () =>
  visit(browser, async (page) => {
    await choose(page)
    await page.route(`${backendUrl}/api/files`, (route) => {
      const cors = { 'access-control-allow-origin': nextUrl, 'access-control-allow-headers': 'authorization' }
      const method = route.request().method()
      const status = method === 'OPTIONS' ? 204 : 413
      const body = method === 'OPTIONS' ? '' : JSON.stringify({ message: 'This file is too large.' })
      return route.fulfill({ status, headers: cors, contentType: 'application/json', body })
    })
    await page.getByTestId('upload-button').click()
    assert.equal(await textOf(page, 'error-message'), 'This file is too large.')
    assert.equal(await page.getByTestId('upload-progress').count(), 0)
    assert.equal(await page.getByTestId('upload-sent').count(), 0)
  }))
