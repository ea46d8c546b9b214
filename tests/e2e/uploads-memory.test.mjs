import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser } from './browser.mjs'
import { ada, nextUrl } from './stack.mjs'
import { signIn, textOf, visit } from './visitor.mjs'

const size = 2 ** 30
const mebibyte = 2 ** 20

/** @type {string} */
let folder
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinfetch-upload-'))
})
after(() => rm(folder, { recursive: true }))

/** Makes a file of a gibibyte with something here and there, and holes between which need no disk. */
const make = async () => {
  const path = join(folder, 'gibibyte.bin')
  const file = await open(path, 'w')
  for (let place = 0; place < size; place += 64 * mebibyte) await file.write(`at ${place}`, place)
  await file.truncate(size)
  await file.close()
  const digest = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: mebibyte })) digest.update(piece)
  return { path, sha256: digest.digest('hex') }
}

/** What a page has in memory: objects, what the browser holds for them, and buffers, which the wasm’s memory is of. @param {import('playwright-core').CDPSession} devtools */
const memoryOf = async (devtools) => {
  /** @type {{ usedSize: number, embedderHeapUsedSize?: number, backingStorageSize?: number }} */
  const usage = await devtools.send('Runtime.getHeapUsage')
  return usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0)
}

test('an upload of a gibibyte costs a page next to no memory', (t) =>
  visit(browser, async (page) => {
    const { path, sha256 } = await make()
    await signIn(page, ada)
    await page.goto(`${nextUrl}/posts`)
    await page.getByTestId('upload-file').waitFor()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('DOM.enable')
    const { result } = await devtools.send('Runtime.evaluate', {
      expression: 'document.querySelector("[data-testid=upload-file]")',
    })
    await devtools.send('DOM.setFileInputFiles', {
      files: [path],
      ...(result.objectId && { objectId: result.objectId }),
    })
    await devtools.send('HeapProfiler.collectGarbage')
    const start = await memoryOf(devtools)
    let most = start
    let looks = 0
    await page.getByTestId('upload-button').click()
    const bar = page.getByTestId('upload-progress')
    const sent = page.getByTestId('upload-sent')
    await bar.waitFor()
    while ((await sent.count()) === 0) {
      most = Math.max(most, await memoryOf(devtools))
      looks += 1
      assert.equal(await page.getByTestId('error-message').count(), 0)
    }
    t.diagnostic(`${looks} looks, at most ${((most - start) / mebibyte).toFixed(1)} MiB above the start`)
    assert.ok(looks > 3)
    assert.ok(most - start < 64 * mebibyte)
    assert.match(await textOf(page, 'upload-sent'), new RegExp(`1,073,741,824 bytes.*${sha256}`))
  }))
