import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { visit } from './page.mjs'
import { digest, pieces } from './sample.mjs'
import { drained, json, send, startServer } from './server.mjs'

// More than is written at once.
const length = 3_000_007
const cut = 2_000_001
const digestOf = (edition, size = length) => digest(pieces(0, size, edition))
const [first, second, shorter] = await Promise.all([digestOf(0), digestOf(1), digestOf(0, 2_500_000)])

/** A part as nobody asked for it. */
const part = (call, headers, bytes) => {
  call.response.writeHead(206, {
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
    etag: '"edition-0"',
    ...headers,
  })
  call.response.end(Buffer.concat([...bytes]))
}

/** Another file: what the requests after the first get, what comes of it in a file, and what in a stream. */
const others = {
  'a file that changed': [(call) => send(call, { length, edition: 1 }), second, 'file_changed'],
  'a shorter file': [(call) => send(call, { length: 2_500_000, etag: '"shorter"' }), shorter, 'file_changed'],
  'a file without a tag': [(call) => send(call, { length, edition: 1, etag: '' }), second, 'file_changed'],
}

/** The same file, in the same form. */
const cases = {
  'the same file, and no ranges': [(call) => send(call, { length, ranges: false }), first, 'body_truncated'],
  'another part': [
    (call) =>
      call.from
        ? part(call, { 'content-range': `bytes 0-${cut - 1}/${length}` }, pieces(0, cut))
        : send(call, { length }),
    first,
    'range_mismatched',
  ],
  'a part of another length': [
    (call) =>
      call.from
        ? part(call, { 'content-range': `bytes ${cut}-${length}/${length + 1}` }, pieces(cut, length + 1))
        : send(call, { length }),
    first,
    'range_mismatched',
  ],
  'a part of another file': [
    (call) =>
      call.from
        ? part(
            call,
            { 'content-range': `bytes ${cut}-${length - 1}/${length}`, etag: '"edition-1"' },
            pieces(cut, length, 1),
          )
        : send(call, { length }),
    first,
    'range_mismatched',
  ],
  'a packed part': [
    (call) =>
      call.from
        ? part(
            call,
            { 'content-range': `bytes ${cut}-${length - 1}/${length}`, 'content-encoding': 'gzip' },
            [gzipSync(Buffer.concat([...pieces(cut, length)]))],
          )
        : send(call, { length }),
    // Chromium itself takes no such part.
    'network_failed',
    'network_failed',
  ],
  'parts always wrong': [
    (call) => part(call, { 'content-range': `bytes 1-9/${length}` }, pieces(1, 10)),
    'range_mismatched',
    'range_mismatched',
  ],
  'a range that cannot be had': [
    (call) => (call.from ? json({}, 416)(call) : send(call, { length })),
    first,
    'rejected',
  ],
  'no file any more': [json({ success: false, message: 'gone' }, 404), 'not_found', 'not_found'],
}

const play = async (test, cases) => {
  const server = await startServer(test)
  const { page } = await visit(test, server)
  const told = Object.entries(cases).flatMap(([name, [answer, inFile, inStream]]) => [
    [name, answer, 'handle', inFile],
    [name, answer, 'stream', inStream],
  ])
  for (const [name, answer, sink, expected] of told) {
    server.server.answers = {
      '/file': (call) => (call.number === 1 ? send(call, { length, cut }) : answer(call)),
    }
    server.requests.splice(0)
    await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const picked = await root.getFileHandle('picked.bin', { create: true })
      const old = await picked.createWritable()
      await old.write('old')
      await old.close()
    })
    const saved = await page.evaluate((sink) => window.save('/file', sink), sink)
    const what = `${name}, ${sink}: ${JSON.stringify({ ...saved, progress: undefined })}`
    assert.equal(saved.sha256 ?? saved.error.code, expected, what)
    assert.equal(server.of('/file')[1].headers.range, `bytes=${cut}-`, what)
    if (!saved.error) continue
    if (sink === 'stream') {
      const { name, code } = saved.end.aborted
      assert.deepEqual([saved.end.closed, name, code], [undefined, 'Error', expected], what)
    } else {
      assert.deepEqual(await page.evaluate(() => window.list()), { 'picked.bin': 3 }, what)
    }
  }
}

test('F-72 what is not the rest of a file is never put behind its beginning', (test) => play(test, cases))

test('D-05 another file under the address of one that broke off is begun anew, and ends a stream', (test) =>
  play(test, others))

test('D-04 a file that is shorter or longer than it says is none, and nothing is saved', async (test) => {
  const short = (call) => send(call, { length, cut, etag: '', ranges: false })
  const long = (call) =>
    call.from
      ? part(call, { 'content-range': `bytes ${cut}-${length - 1}/${length}` }, pieces(cut, length + 9))
      : send(call, { length, cut })
  const server = await startServer(test, { '/short': short, '/long': long })
  const { page } = await visit(test, server)
  page.on('download', () => assert.fail('nothing is saved'))
  for (const [path, code] of [
    ['/short', 'body_truncated'],
    ['/long', 'range_mismatched'],
  ]) {
    for (const sink of ['browser', 'handle', 'stream']) {
      const { error, data } = await page.evaluate(([path, sink]) => window.save(path, sink), [path, sink])
      assert.deepEqual([data, error?.code], [undefined, code], `${path} ${sink}`)
    }
  }
})

test('F-75 a stream that takes its time holds the server back', async (test) => {
  let sent = 0
  const server = await startServer(test, {
    '/endless': async ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/csv', 'cache-control': 'no-store' })
      for (const piece of pieces(0, 2 ** 40)) {
        if (response.destroyed) return
        sent += piece.byteLength
        if (!response.write(piece)) await drained(response)
      }
    },
    '/file': (call) => send(call, { length: 50_000_000 }),
  })
  const { page } = await visit(test, server)
  await page.evaluate(() => {
    const controller = new AbortController()
    window.stop = () => controller.abort()
    const to = new WritableStream({ write: () => new Promise(() => {}) })
    window.saving = window.save('/endless', 'browser', { to, signal: controller.signal })
  })
  // All the time that another download takes on the same machine.
  const { error } = await page.evaluate(() => window.save('/file', 'handle'))
  assert.equal(error, undefined)
  test.diagnostic(`${sent} bytes were on their way`)
  assert(sent < 2 ** 25, `${sent}`)
  await page.evaluate(() => window.stop())
  assert.equal((await page.evaluate(() => window.saving)).error.code, 'aborted')
})

const text = 'id,title\n'.repeat(200_000)
const packed = gzipSync(text)
const packedAnswer =
  (headers) =>
  ({ response }) => {
    response.writeHead(200, {
      'content-type': 'text/csv',
      'content-length': packed.byteLength,
      'content-encoding': 'gzip',
      'cache-control': 'no-store',
      etag: '"packed"',
      ...headers,
    })
    response.end(packed)
  }
const plainAnswer =
  (headers) =>
  ({ response }) => {
    response.writeHead(200, {
      'content-type': 'text/csv',
      'content-length': text.length,
      'cache-control': 'no-store',
      ...headers,
    })
    response.end(text)
  }
const exposed = {
  'access-control-expose-headers':
    'accept-ranges, content-disposition, content-encoding, content-length, content-range, etag',
  'accept-ranges': 'bytes',
}

test('D-06 progress never passes 100 %, and says no total where the bytes are packed or may be', async (test) => {
  const answers = {
    '/packed': packedAnswer(),
    '/packed-exposed': packedAnswer(exposed),
    '/plain': plainAnswer(),
    '/plain-exposed': plainAnswer(exposed),
  }
  const [here, elsewhere] = [await startServer(test, answers), await startServer(test, answers)]
  const { page } = await visit(test, here)
  const own = await page.evaluateHandle(() => window.api)
  const other = await page.evaluateHandle((baseUrl) => window.make({ baseUrl }), elsewhere.url)
  for (const [client, path, isKnown] of [
    [own, '/packed', false],
    [own, '/plain', true],
    [other, '/packed', false],
    [other, '/packed-exposed', false],
    [other, '/plain', false],
    [other, '/plain-exposed', true],
  ]) {
    const { progress, data, error } = await page.evaluate(
      ([client, path]) => window.save(path, 'handle', { client }),
      [client, path],
    )
    const what = `${client === own} ${path} ${JSON.stringify(progress)}`
    assert.deepEqual([error, data.size], [undefined, text.length], what)
    assert.ok(
      progress.every(({ received, total = received }) => received <= total),
      what,
    )
    for (const { received, total } of progress) {
      assert.equal(total, isKnown || received === text.length ? text.length : undefined, what)
    }
    assert.deepEqual([progress[0].received, progress.at(-1).received], [0, text.length], what)
  }
})
