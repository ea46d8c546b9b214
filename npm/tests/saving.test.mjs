// Where a downloaded file goes, without a browser: the sinks themselves are tested in Chromium (tests/packaging/downloads).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const { createClient } = await import('twinfetch')
const client = (options) => createClient({ dialect: dualToken, appUrl, baseUrl, ...options })

const whole = 'abcdefghij'

/** An answer that brings a file from one byte on; what is no text is how its body ends. */
const file = (from = 0, { ends, etag = '"a"', headers, status } = {}) => {
  const made = { cancelled: false }
  const rest = [...(ends ? ['abc'.slice(from), ends] : [whole.slice(from)])]
  const source = {
    type: 'bytes',
    async pull(controller) {
      const piece = rest.shift()
      if (piece instanceof Error) return controller.error(piece)
      if (typeof piece === 'function') return piece()
      if (piece === undefined) {
        controller.close()
        return controller.byobRequest?.respond(0)
      }
      controller.enqueue(new TextEncoder().encode(piece))
    },
    cancel: () => {
      made.cancelled = true
    },
  }
  made.response = new Response(new ReadableStream(source, { highWaterMark: 0 }), {
    status: status ?? (from ? 206 : 200),
    headers: {
      'content-type': 'text/csv',
      'content-length': String(whole.length - from),
      'content-disposition': 'attachment; filename="letters.csv"',
      ...(etag ? { etag } : {}),
      ...(from ? { 'content-range': `bytes ${from}-9/10` } : {}),
      ...headers,
    },
  })
  return made
}

/** A stream that keeps what it gets. */
const taker = (more) => {
  const found = { text: '' }
  found.to = new WritableStream({
    write: (piece) => {
      found.text += new TextDecoder().decode(piece)
    },
    close: () => {
      found.closed = true
    },
    abort: (reason) => {
      found.aborted = reason
    },
    ...more,
  })
  return found
}

const said = ({ error }) => [error.code, error.sent, error.attempts]

test('a download into a stream needs no page', async (test) => {
  const { sent } = script(test, { 'GET /letters': () => file().response })
  const found = taker()
  const progress = []
  const { data, error, status } = await client().download('/letters', {
    to: found.to,
    onProgress: (now) => progress.push(now),
  })
  assert.deepEqual([error, status, data], [undefined, 200, { filename: 'letters.csv', size: 10 }])
  assert.deepEqual([found.text, found.closed, found.aborted], [whole, true, undefined])
  assert.deepEqual(
    [progress.at(0), progress.at(-1)].map(({ received, total }) => [received, total]),
    [
      [0, 10],
      [10, 10],
    ],
  )
  assert.equal(sent[0].headers.get('range'), null)
})

test('a download without a page and without a stream says what to do', async (test) => {
  const { sent } = script(test, { 'GET /letters': () => file().response })
  const { error } = await client().download('/letters')
  assert.deepEqual([error.code, error.sent, sent.length], ['call_invalid', 'unsent', 0])
  assert.match(error.message, /only in a page.*`to`/)
})

test('every entry of the package loads what saves a file at the first download', async (test) => {
  script(test, { 'GET /letters': () => file().response })
  const { readFile } = await import('node:fs/promises')
  const wasm = await readFile(new URL('../dist/core.wasm', import.meta.url))
  const slim = await import('twinfetch/slim')
  const page = await import('../dist/index.js')
  for (const api of [
    slim.createClient({ dialect: dualToken, appUrl, baseUrl, wasm }),
    page.createClient({ dialect: dualToken, appUrl, baseUrl }),
  ]) {
    const found = taker()
    const { error } = await api.download('/letters', { to: found.to })
    assert.deepEqual([error, found.text], [undefined, whole])
  }
  for (const entry of [
    'index.js',
    'index.node.js',
    'index.edge.js',
    'slim.js',
    'core.js',
    'engine.js',
    'slim-core.js',
  ]) {
    const text = await readFile(new URL(`../dist/${entry}`, import.meta.url), 'utf8')
    assert.equal(text.includes('createWritable'), false, entry)
  }
})

test('F-72 a stream that broke off is gone on with behind its last byte', async (test) => {
  let first = true
  const { sent } = script(test, {
    'GET /letters': () => {
      const made = file(first ? 0 : 3, first ? { ends: new TypeError('terminated') } : {})
      first = false
      return made.response
    },
  })
  const found = taker()
  const { error, data } = await client().download('/letters', { to: found.to })
  assert.deepEqual([error, data?.size, found.text], [undefined, 10, whole])
  assert.deepEqual(
    sent.map(({ headers }) => [headers.get('range'), headers.get('if-range')]),
    [
      [null, null],
      ['bytes=3-', '"a"'],
    ],
  )
})

test('F-72 without the network a download waits for it, and one that has not begun fails', async (test) => {
  const target = new EventTarget()
  const navigator = { onLine: true }
  const listening = held()
  const given = {
    navigator,
    addEventListener: (type, ...more) => {
      target.addEventListener(type, ...more)
      if (type === 'online') listening.resolve()
    },
  }
  for (const [name, value] of Object.entries(given)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    test.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]))
  }
  let requests = 0
  script(test, {
    'GET /letters': () => {
      requests += 1
      if (!navigator.onLine) throw new TypeError('offline')
      if (requests > 1) return file(3).response
      return file(0, {
        ends: async () => {
          navigator.onLine = false
          throw new TypeError('terminated')
        },
      }).response
    },
  })
  const found = taker()
  const api = client()
  const saving = api.download('/letters', { to: found.to })
  await listening.promise
  assert.equal(requests, 1)
  navigator.onLine = true
  target.dispatchEvent(new Event('online'))
  const { error } = await saving
  assert.deepEqual([error, found.text, requests], [undefined, whole, 2])
  navigator.onLine = false
  assert.deepEqual(said(await api.download('/letters', { to: taker().to })), ['offline', 'unsent', 1])
})

test('F-71 what a stream fails with is named, and the reader is cancelled', async (test) => {
  for (const [reason, code] of [
    [new Error('no'), 'storage_failed'],
    [undefined, 'storage_failed'],
    [new DOMException('', 'QuotaExceededError'), 'storage_full'],
    [new DOMException('', 'NotAllowedError'), 'storage_denied'],
    [new DOMException('', 'NoModificationAllowedError'), 'storage_denied'],
  ]) {
    const made = file()
    script(test, { 'GET /letters': () => made.response })
    const { to } = taker({ write: () => Promise.reject(reason) })
    assert.deepEqual(said(await client().download('/letters', { to })), [code, 'acknowledged', 1])
    assert(made.cancelled, code)
  }
})

test('F-71 a file that may not be written is not asked for', async (test) => {
  const { sent } = script(test, { 'GET /letters': () => file().response })
  const denied = { createWritable: () => Promise.reject(new DOMException('', 'NotAllowedError')) }
  assert.deepEqual(said(await client().download('/letters', { to: denied })), ['storage_denied', 'unsent', 0])
  assert.equal(sent.length, 0)
})

test('F-74 whoever cancels has the stream aborted and the reader cancelled', async (test) => {
  const controller = new AbortController()
  const made = file(0, {
    ends: () => {
      controller.abort()
      return new Promise(() => {})
    },
  })
  const { sent } = script(test, { 'GET /letters': () => made.response })
  const found = taker()
  const result = await client().download('/letters', { to: found.to, signal: controller.signal })
  assert.deepEqual(said(result), ['aborted', 'acknowledged', 1])
  assert.deepEqual([found.closed, found.aborted.code, found.text], [undefined, 'aborted', 'abc'])
  assert(made.cancelled && sent[0].signal.aborted)
})

test('D-04 a file that is shorter than it says is none', async (test) => {
  script(test, { 'GET /letters': () => file(0, { etag: '', headers: { 'content-length': '11' } }).response })
  const found = taker()
  const result = await client().download('/letters', { to: found.to })
  assert.deepEqual(said(result), ['body_truncated', 'acknowledged', 1])
  assert.deepEqual([found.closed, found.aborted.code], [undefined, 'body_truncated'])
})

test('a listener that throws harms no download', async (test) => {
  const { queueMicrotask } = globalThis
  const reports = []
  globalThis.queueMicrotask = (task) =>
    queueMicrotask(() => {
      try {
        task()
      } catch (thrown) {
        reports.push(thrown.message)
      }
    })
  test.after(() => {
    globalThis.queueMicrotask = queueMicrotask
  })
  script(test, { 'GET /letters': () => file().response })
  const found = taker()
  const onProgress = () => {
    throw new Error('mine')
  }
  const { error } = await client().download('/letters', { to: found.to, onProgress })
  assert.deepEqual([error, found.text], [undefined, whole])
  assert.deepEqual([...new Set(reports)], ['mine'])
})

test('a message is no file, and the stream is aborted without a byte', async (test) => {
  script(test, {
    'GET /message': () => json({ success: true, data: 'hello' }),
    'GET /refusal': () => json({ success: false, message: 'No.' }),
  })
  for (const [path, code] of [
    ['/message', 'unexpected_content_type'],
    ['/refusal', 'envelope_refused'],
  ]) {
    const found = taker()
    const { error } = await client().download(path, { to: found.to })
    assert.deepEqual([error.code, found.text, found.aborted.code], [code, '', code])
  }
})

test('progress is told ten times a second at most, and its end', async (test) => {
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const letters = 1_000
  const body = () => {
    let left = letters
    const pull = (controller) => {
      now += 1
      if (left === 0) return controller.close()
      left -= 1
      controller.enqueue(new Uint8Array(1))
    }
    return new ReadableStream({ pull }, { highWaterMark: 0 })
  }
  script(test, { 'GET /letters': () => new Response(body(), { headers: { 'content-type': 'text/csv' } }) })
  const progress = []
  const { error } = await client().download('/letters', {
    to: taker().to,
    onProgress: (step) => progress.push(step),
  })
  assert.equal(error, undefined)
  assert(progress.length > 9 && progress.length < 13, `${progress.length}`)
  assert.deepEqual(progress[0], { received: 0 })
  assert(progress.slice(0, -1).every(({ total }) => total === undefined))
  const { received, total, rate } = progress.at(-1)
  assert.deepEqual([received, total, Math.round(rate)], [letters, letters, 1_000])
})
