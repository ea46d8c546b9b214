import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { digestSaved, until, visit } from './page.mjs'
import { digest, pieces } from './sample.mjs'
import { send, startServer } from './server.mjs'

const length = 3_000_007
const sha256 = await digest(pieces(0, length))
const large = 20_000_003
const sha256OfLarge = await digest(pieces(0, large))

/** Sends a file without saying how long it is. */
const chunked = async (call, length) => {
  call.response.writeHead(200, { 'content-type': 'text/csv', 'cache-control': 'no-store' })
  for (const piece of pieces(0, length)) call.response.write(piece)
  call.response.end()
}

const begin = async (test, opened) => {
  const server = await startServer(test, {
    '/file': (call) => send(call, { length }),
    '/large': (call) => send(call, { length: large }),
    '/chunked': (call) => chunked(call, large),
  })
  return { server, ...(await visit(test, server, opened)) }
}

test('downloads into one folder at the same time get names of their own, and replace nothing', async (test) => {
  const { page } = await begin(test)
  const names = await page.evaluate(async () => {
    const saved = await Promise.all(Array.from({ length: 5 }, () => window.save('/file', 'directory')))
    return saved.map(({ data, sha256 }) => [data?.filename, sha256])
  })
  assert.deepEqual(names.toSorted(), [
    ['sample (1).bin', sha256],
    ['sample (2).bin', sha256],
    ['sample (3).bin', sha256],
    ['sample (4).bin', sha256],
    ['sample.bin', sha256],
  ])
  const found = await page.evaluate(() => window.list())
  assert.deepEqual(Object.values(found), Array(5).fill(length))
})

test('F-74 a large file goes through the private file system, and is removed once the browser has it', async (test) => {
  const { page } = await begin(test)
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
  })
  for (const path of ['/large', '/chunked']) {
    const coming = page.waitForEvent('download')
    const { data, error } = await page.evaluate((path) => window.save(path), path)
    assert.deepEqual([error, data?.size], [undefined, large])
    assert.equal(await digestSaved(await coming), sha256OfLarge)
    assert.deepEqual(Object.values(await page.evaluate(() => window.list())), [large])
    assert.equal(await page.evaluate(() => window.urls.size), 1)
    await page.clock.fastForward('02:00')
    await until(page, async () => Object.keys(await window.list()).length === 0)
    assert.equal(await page.evaluate(() => window.urls.size), 0)
  }
})

test('F-74 what a page left that is gone is removed by the next download, and what another page writes is not', async (test) => {
  const { server, page, context } = await begin(test)
  server.server.answers['/half'] = async (call) => {
    call.response.writeHead(200, { 'content-type': 'text/csv', 'content-length': large })
    for (const piece of pieces(0, 18_000_000)) call.response.write(piece)
  }
  await page.evaluate(() => {
    // Chromium writes to files of another ending until they are closed.
    window.files = async () =>
      Object.keys(await window.list()).filter((name) => !name.endsWith('.crswap')).length
    window.locks = async () => (await navigator.locks.query()).held.length
  })
  const beginAnother = async (expected) => {
    const another = await context.newPage()
    await visit(test, server, { opened: { page: another } })
    another.evaluate(() => window.save('/half')).catch(() => {})
    await until(page, async (expected) => (await window.files()) === expected, expected)
    return another
  }
  const dead = await beginAnother(1)
  await dead.close()
  await until(page, async () => (await window.locks()) === 0)
  await beginAnother(2)
  await page.evaluate(() => {
    const { now } = Date
    Date.now = () => now() + 600_000
  })
  const coming = page.waitForEvent('download')
  await page.evaluate(() => window.save('/file'))
  assert.equal(await digestSaved(await coming), sha256)
  await until(page, async () => (await window.files()) === 1)
  assert.equal(await page.evaluate(() => window.locks()), 1)
})

test('F-71 without a private file system memory has a limit, and the error says what to do', async (test) => {
  const { server, page } = await begin(test)
  await page.evaluate(() => {
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('private', 'SecurityError'))
  })
  const coming = page.waitForEvent('download')
  const saved = await page.evaluate(() => window.save('/large'))
  assert.deepEqual([saved.error, saved.data.size], [undefined, large])
  assert.equal(await digestSaved(await coming), sha256OfLarge)
  page.on('download', () => assert.fail('nothing is saved'))
  for (const path of ['/large', '/chunked']) {
    const { error, data, progress } = await page.evaluate(
      (path) => window.save(path, 'browser', { memoryLimit: 2 ** 20 }),
      path,
    )
    assert.deepEqual([data, error.code, error.sent], [undefined, 'storage_full', 'acknowledged'])
    assert.match(error.message, /`to`.*showSaveFilePicker/)
    // What is known to be too large is not even begun.
    assert.equal(progress.length > 0, path === '/chunked')
    const { response } = server.of(path).at(-1)
    if (!response.closed) await once(response, 'close')
    assert(!response.writableFinished || path === '/chunked')
  }
})

test('F-71 a quota that is too small is storage_full, and the old file stays', async (test) => {
  const { server, page, context } = await begin(test)
  const devtools = await context.newCDPSession(page)
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const stream = await (await root.getFileHandle('picked.bin', { create: true })).createWritable()
    await stream.write('old')
    await stream.close()
  })
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 1_000_000 })
  for (const sink of ['handle', 'directory']) {
    const { error } = await page.evaluate((sink) => window.save('/file', sink), sink)
    assert.equal(error?.code, 'storage_full', sink)
  }
  assert.deepEqual(await page.evaluate(() => window.list()), { 'picked.bin': 3 })
  // Chromium says that there are 10 GiB.
  const full = await page.evaluate(() => window.save('/large'))
  assert.equal(full.error?.code, 'storage_full')
  assert.match(full.error.message, /`to`/)
  // Memory does where there is known to be no room on the disk.
  await page.evaluate(() => {
    StorageManager.prototype.estimate = async () => ({ quota: 1_000_000, usage: 0 })
  })
  for (const path of ['/large', '/chunked']) {
    const coming = page.waitForEvent('download')
    const { error } = await page.evaluate((path) => window.save(path), path)
    assert.equal(error, undefined)
    assert.equal(await digestSaved(await coming), sha256OfLarge)
  }
  const { error } = await page.evaluate(() => window.save('/large', 'browser', { memoryLimit: 2_000_000 }))
  assert.equal(error.code, 'storage_full')
  assert.deepEqual(await page.evaluate(() => window.list()), { 'picked.bin': 3 })
})

test('F-71 a place that is gone or fails is its own error, and the connection is let go', async (test) => {
  const { server, page } = await begin(test)
  const codes = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const gone = await root.getDirectoryHandle('gone', { create: true })
    await root.removeEntry('gone')
    const denied = { createWritable: () => Promise.reject(new DOMException('', 'NotAllowedError')) }
    const broken = new WritableStream({ write: () => Promise.reject(new Error('no')) })
    const stuck = new WritableStream({ close: () => Promise.reject(new Error('no')) })
    const locked = new WritableStream()
    locked.getWriter()
    const found = []
    for (const to of [gone, denied, broken, stuck, locked, 'a name', {}]) {
      const { error } = await window.save('/file', 'browser', { to })
      found.push([error?.code, error?.sent])
    }
    found.push([(await window.save('/file', 'browser', { memoryLimit: Number.NaN })).error?.code])
    return found
  })
  assert.deepEqual(codes, [
    ['file_missing', 'acknowledged'],
    ['storage_denied', 'unsent'],
    ['storage_failed', 'acknowledged'],
    ['storage_failed', 'acknowledged'],
    ['call_invalid', 'unsent'],
    ['call_invalid', 'unsent'],
    ['call_invalid', 'unsent'],
    ['call_invalid'],
  ])
  const asked = server.of('/file')
  assert.equal(asked.length, 3)
  for (const { response } of asked) if (!response.closed) await once(response, 'close')
})

test('a worker downloads into a stream', async (test) => {
  const { server, page } = await begin(test)
  const text = `
    import { createClient } from '${server.url}/twinfetch/index.js'
    import { dualToken } from '${server.url}/twinfetch/dialects/dual-token.js'
    const api = createClient({ dialect: dualToken, baseUrl: '${server.url}', appUrl: '${server.url}' })
    await api.signIn({ email: 'ada' })
    let size = 0
    const to = new WritableStream({ write: (piece) => { size += piece.byteLength } })
    const { data, error } = await api.download('/file', { to })
    const refused = await api.download('/file')
    postMessage({ data, size, code: error?.code, refused: refused.error.code })
  `
  const found = await page.evaluate(
    (text) =>
      new Promise((resolve, reject) => {
        const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
        const worker = new Worker(address, { type: 'module' })
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
      }),
    text,
  )
  assert.deepEqual(found, {
    data: { filename: 'sample.bin', size: length },
    size: length,
    code: undefined,
    refused: 'call_invalid',
  })
})
