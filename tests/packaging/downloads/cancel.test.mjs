import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { digestSaved, until, visit } from './page.mjs'
import { digest, pieces } from './sample.mjs'
import { send, startServer } from './server.mjs'

const length = 3_000_007
const sha256 = await digest(pieces(0, length))

/** Sends half of a file, and nothing more. */
const half = async (call) => {
  call.response.writeHead(200, {
    'content-type': 'text/csv',
    'content-length': length,
    'cache-control': 'no-store',
    etag: '"edition-0"',
    'x-cut': 1_500_000,
  })
  for (const piece of pieces(0, 1_500_000)) call.response.write(piece)
}

test('F-74 a download can be cancelled at any point: the connection is gone, and nothing is left', async (test) => {
  const server = await startServer(test, { '/silent': () => {}, '/half': half })
  const { page } = await visit(test, server)
  page.on('download', () => assert.fail('nothing is saved'))
  await page.evaluate(() => {
    window.cancel = async (path, sink, when, options) => {
      const controller = new AbortController()
      const { signal } = controller
      if (when === 'received') addEventListener('read', () => controller.abort(), { once: true })
      const saving = window.save(path, sink, { signal, ...options })
      if (when === 'at once') controller.abort()
      if (when === 'sent') window.abort = () => controller.abort()
      return saving
    }
  })
  for (const [sink, options] of [
    ['handle'],
    ['directory'],
    ['stream'],
    ['browser'],
    // What does not fit into so little memory goes to the private file system.
    ['browser', { memoryLimit: 1_000 }],
    ['browser', { to: 'stuck' }],
  ]) {
    for (const [path, when] of [
      ['/half', 'at once'],
      ['/half', 'received'],
      ['/silent', 'sent'],
    ]) {
      if (options?.to && when !== 'received') continue
      const before = server.requests.length
      const cancelling = page.evaluate(
        async ([path, sink, when, options = {}]) => {
          if (options.to !== 'stuck') return window.cancel(path, sink, when, options)
          const controller = new AbortController()
          // A stream that never takes what it is given.
          const write = () => {
            controller.abort()
            return new Promise(() => {})
          }
          const to = new WritableStream({ write })
          return window.save(path, sink, { to, signal: controller.signal })
        },
        [path, sink, when, options],
      )
      if (when === 'sent') {
        while (server.requests.length === before) await once(server.server, 'request')
        await page.evaluate(() => window.abort())
      }
      const { error, data, end } = await cancelling
      const what = [sink, path, when, JSON.stringify(options)].join(' ')
      assert.deepEqual([data, error?.code], [undefined, 'aborted'], what)
      if (end && when !== 'at once') assert.equal(end.aborted?.code, 'aborted', what)
      const { response } = server.requests.at(-1)
      if (server.requests.length > before && !response.closed) await once(response, 'close')
      const left = await page.evaluate(() => window.list())
      assert.deepEqual(left, sink === 'handle' || left['picked.bin'] === 0 ? { 'picked.bin': 0 } : {}, what)
      assert.equal(await page.evaluate(async () => (await navigator.locks.query()).held.length), 0, what)
    }
  }
})

test('F-74 200 downloads leave nothing: no address, no file, no lock, no memory', async (test) => {
  const server = await startServer(test, {
    '/file': (call) => send(call, { length }),
    '/half': half,
  })
  const { page, context } = await visit(test, server)
  const devtools = await context.newCDPSession(page)
  await page.clock.install()
  await page.evaluate(() => {
    window.urls = new Set()
    const { createObjectURL, revokeObjectURL } = URL
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob)
      window.urls.add(url)
      return url
    }
    URL.revokeObjectURL = (url) => {
      window.urls.delete(url)
      revokeObjectURL(url)
    }
    // The browser has no part in what is looked at, and asks whether a page may save so many files.
    HTMLAnchorElement.prototype.click = () => {}
    window.round = async (times) => {
      for (let number = 0; number < times; number += 1) {
        const memoryLimit = number % 2 ? 1_000 : 2 ** 28
        const controller = new AbortController()
        const { signal } = controller
        const cancelled = number % 5 === 0
        if (cancelled) addEventListener('read', () => controller.abort(), { once: true })
        const path = cancelled ? '/half' : '/file'
        const { error } = await window.save(path, 'browser', { memoryLimit, signal })
        if (error?.code !== (cancelled ? 'aborted' : undefined)) throw new Error(`${number} ${error?.code}`)
      }
    }
  })
  const used = async () => {
    await page.clock.fastForward('05:00')
    await until(page, async () => Object.keys(await window.list()).length === 0)
    await devtools.send('HeapProfiler.collectGarbage')
    const {
      usedSize,
      embedderHeapUsedSize = 0,
      backingStorageSize = 0,
    } = await devtools.send('Runtime.getHeapUsage')
    return usedSize + embedderHeapUsedSize + backingStorageSize
  }
  await page.evaluate(() => window.round(20))
  const before = await used()
  await page.evaluate(() => window.round(200))
  const grown = (await used()) - before
  test.diagnostic(`the heap grew by ${Math.round(grown / 1024)} KiB`)
  assert(grown < 2 ** 20, `${grown}`)
  assert.equal(await page.evaluate(() => window.urls.size), 0)
  assert.equal(await page.evaluate(async () => (await navigator.locks.query()).held.length), 0)
})

test('F-72 a download waits for the network to be back, and goes on', async (test) => {
  const server = await startServer(test, {
    '/file': (call) => (call.number === 1 ? half(call) : send(call, { length })),
  })
  const { page, context } = await visit(test, server)
  await page.evaluate(() => {
    const { addEventListener } = window
    window.addEventListener = (type, ...more) => {
      if (type === 'online') window.waits = true
      addEventListener.call(window, type, ...more)
    }
    addEventListener('read', () => {
      window.read = true
    })
    window.saving = window.save('/file', 'handle')
  })
  await until(page, () => window.read)
  await context.setOffline(true)
  server.of('/file')[0].response.socket.destroy()
  await until(page, () => window.waits)
  assert.equal(server.of('/file').length, 1)
  await context.setOffline(false)
  const { error, sha256: came } = await page.evaluate(() => window.saving)
  assert.deepEqual([error, came], [undefined, sha256])

  // What never comes back ends as offline.
  server.requests.splice(0)
  const client = await page.evaluateHandle(() => window.make({ idleTimeout: 1_000 }))
  await page.evaluate((client) => {
    window.read = false
    window.saving = window.save('/file', 'handle', { client })
  }, client)
  await until(page, () => window.read)
  await context.setOffline(true)
  server.of('/file')[0].response.socket.destroy()
  assert.equal((await page.evaluate(() => window.saving)).error.code, 'offline')
  await context.setOffline(false)
})

test('a download into memory is the browser’s own afterwards', async (test) => {
  const server = await startServer(test, { '/file': (call) => send(call, { length }) })
  const { page } = await visit(test, server)
  const coming = page.waitForEvent('download')
  await page.evaluate(() => window.save('/file'))
  const download = await coming
  await page.close()
  assert.equal(await digestSaved(download), sha256)
})
