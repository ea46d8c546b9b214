// A file that does not fit into memory. 2 GiB of it take two minutes and 4 GiB of disk: `LARGE_BYTES=2147483648`.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { quiet } from '../../chromium.mjs'
import { executablePath } from '../browser.mjs'
import { privateMemory, processesOf } from './memory.mjs'
import { digestSaved, visit } from './page.mjs'
import { digest, pieces } from './sample.mjs'
import { send, startServer } from './server.mjs'

const length = Number(process.env.LARGE_BYTES ?? 2 ** 28)
const limit = 2 ** 26

/** Opens a browser that keeps its files on the disk: one without a profile keeps them in memory. */
const openOnDisk = async (test) => {
  const folder = await mkdtemp(join(tmpdir(), 'twinfetch-large-'))
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: executablePath(),
    args: quiet,
    acceptDownloads: true,
    downloadsPath: join(folder, 'downloads'),
  })
  test.after(async () => {
    await context.close()
    await rm(folder, { recursive: true })
  })
  return { context, folder }
}

/** What the page holds now, in bytes. */
const meter = async (context, page, folder) => {
  const devtools = await context.newCDPSession(page)
  const { renderers, all } = await processesOf(join(folder, 'profile'))
  assert(renderers.length > 0, 'the renderer is found')
  return async () => {
    const {
      usedSize,
      embedderHeapUsedSize = 0,
      backingStorageSize = 0,
    } = await devtools.send('Runtime.getHeapUsage')
    return {
      heap: usedSize,
      embedder: embedderHeapUsedSize,
      buffers: backingStorageSize,
      heapAndWasm: usedSize + embedderHeapUsedSize + backingStorageSize,
      renderers: await privateMemory(renderers),
      browser: await privateMemory(all),
    }
  }
}

test('F-74 a file larger than memory goes through it in pieces, and is saved to its last byte', async (test) => {
  const server = await startServer(test, {
    '/file': (call) => send(call, { length }),
    '/small': (call) => send(call, { length: 1_000_000 }),
  })
  const sha256 = await digest(pieces(0, length))
  const { context, folder } = await openOnDisk(test)
  const page = await context.newPage()
  await visit(test, server, { opened: { context, page } })
  await page.evaluate(() => window.save('/small', 'handle'))
  const measure = await meter(context, page, folder)
  for (const sink of ['browser', 'handle']) {
    const before = await measure()
    const most = { ...before }
    // Asked whenever the page tells of its progress, and no two at once.
    let asking
    await page.exposeFunction(`measure_${sink}`, () => {
      asking ??= measure().then((now) => {
        asking = undefined
        for (const [name, bytes] of Object.entries(now)) most[name] = Math.max(most[name], bytes)
      })
    })
    const coming = sink === 'browser' ? page.waitForEvent('download', { timeout: 600_000 }) : undefined
    coming?.catch(() => {})
    const { data, error, took } = await page.evaluate(async (sink) => {
      const began = performance.now()
      const root = await navigator.storage.getDirectory()
      const to = sink === 'handle' ? await root.getFileHandle('large.bin', { create: true }) : undefined
      const onProgress = window[`measure_${sink}`]
      const { data, error } = await window.api.download('/file', { to, onProgress })
      return { data, error: error?.code, took: performance.now() - began }
    }, sink)
    await asking
    assert.deepEqual([error, data?.size], [undefined, length])
    const grown = Object.entries(most).map(([name, bytes]) => `${name} ${mebibytes(bytes - before[name])}`)
    const speed = Math.round(length / 1_048.576 / took)
    test.diagnostic(`${sink}: ${length} bytes, ${speed} MiB/s; grown at most, in MiB: ${grown.join(', ')}`)
    assert(most.heapAndWasm - before.heapAndWasm < limit, grown.join())
    if (coming) {
      const download = await coming
      assert.equal(await download.failure(), null)
      assert.equal(await digestSaved(download), sha256)
      // Nobody waits in a test until it is removed by itself.
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory()
        await root.removeEntry('twinfetch-downloads', { recursive: true })
      })
    } else {
      assert.equal(await digestIn(page, 'large.bin'), sha256)
    }
  }
})

const mebibytes = (bytes) => Math.round(bytes / 2 ** 20)

/** The SHA-256 of a file of the page, which the browser saves so that it can be read here. */
const digestIn = async (page, name) => {
  const coming = page.waitForEvent('download', { timeout: 600_000 })
  await page.evaluate(async (name) => {
    const root = await navigator.storage.getDirectory()
    const anchor = document.createElement('a')
    anchor.href = URL.createObjectURL(await (await root.getFileHandle(name)).getFile())
    anchor.download = name
    anchor.click()
  }, name)
  return digestSaved(await coming)
}
