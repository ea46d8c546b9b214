import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { page } from './page.mjs'
import { appUrl, baseUrl, json, script } from './scripted.mjs'

const client = (options) => createClient({ dialect: dualToken, appUrl, baseUrl, retry: 0, ...options })
const said = ({ error }) => [error.kind, error.code, error.sent, error.attempts]

/** Has time pass in a test only when something never comes: then so many milliseconds at once. */
const clock = (test, milliseconds) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  return () => {
    setImmediate(() => test.mock.timers.tick(milliseconds))
    return new Promise(() => {})
  }
}

/** A body that comes in pieces, each when it is asked for; what is not a piece is how it ends. */
const pieces = (list, { headers, pause } = {}) => {
  const rest = [...list]
  const made = { cancelled: false }
  const source = {
    async pull(controller) {
      await pause?.()
      const piece = rest.shift()
      if (typeof piece === 'function') return piece()
      if (piece instanceof Error) controller.error(piece)
      else if (piece === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(piece))
    },
    cancel: () => {
      made.cancelled = true
    },
  }
  // Nothing is made before it is asked for.
  const body = new ReadableStream(source, { highWaterMark: 0 })
  made.response = new Response(body, { headers: { 'content-type': 'application/json', ...headers } })
  return made
}

test('F-11 a head, a piece of a body and a whole call that take too long are three errors', async (test) => {
  const never = clock(test, 900)
  const stalled = pieces(['{"a":', never])
  script(test, { 'GET /silent': never, 'GET /stalled': () => stalled.response })
  const silent = (options) => client(options).get('/silent')
  const late = async (options) => said(await silent(options))
  assert.deepEqual(await late({ timeout: 900 }), ['timeout', 'timed_out', 'maybe', 1])
  assert.deepEqual(await late({ attemptTimeout: 900 }), ['timeout', 'response_timed_out', 'maybe', 1])
  const result = await client({ idleTimeout: 900 }).get('/stalled')
  assert.deepEqual(said(result), ['timeout', 'body_stalled', 'acknowledged', 1])
  assert.equal(result.status, 200)
  assert(stalled.cancelled)
})

test('F-11 a call’s own limits are before the client’s', async (test) => {
  script(test, { 'GET /silent': clock(test, 900) })
  const api = client({ timeout: 1e9, attemptTimeout: 1e9 })
  assert.equal((await api.get('/silent', { timeout: 900 })).error.code, 'timed_out')
  assert.equal((await api.get('/silent', { attemptTimeout: 900 })).error.code, 'response_timed_out')
})

test('F-11 an attempt without an answer is followed by another, within the time of the call', async (test) => {
  test.mock.method(Math, 'random', () => 0)
  const never = clock(test, 900)
  let requests = 0
  const { sent } = script(test, {
    'GET /slow': () => {
      requests += 1
      if (requests === 3) return json({ success: true, data: 'late' })
      // The wait before a repetition is none here, and yet a timer.
      setImmediate(() => setImmediate(() => test.mock.timers.tick(0)))
      return never()
    },
  })
  const { data } = await client({ retry: 2, attemptTimeout: 900 }).get('/slow')
  assert.deepEqual([data, requests], ['late', 3])
  assert.deepEqual(
    sent.map(({ signal }) => signal.aborted),
    [true, true, false],
  )
})

test('F-11 a body that drips is read to its end, piece by piece or as a whole', async (test) => {
  const text = '{"success":true,"data":"äö"}'
  for (const options of [{ idleTimeout: 5_000 }, { idleTimeout: 0 }, {}]) {
    script(test, { 'GET /drip': () => pieces([...text]).response })
    assert.equal((await client(options).get('/drip')).data, 'äö')
    assert.equal((await client(options).get('/drip', { as: 'text' })).data, text)
    const blob = (await client(options).get('/drip', { as: 'blob' })).data
    assert.deepEqual([await blob.text(), blob.type], [text, 'application/json'])
  }
})

test('F-09 a body that breaks off after the head is told from no answer, however it is read', async (test) => {
  const broken = () => pieces(['{"a":', new TypeError('terminated')]).response
  script(test, { 'GET /broken': broken })
  for (const as of ['json', 'text', 'blob']) {
    for (const idleTimeout of [0, 5_000]) {
      const result = await client({ idleTimeout }).get('/broken', { as })
      assert.deepEqual(said(result), ['network', 'body_truncated', 'acknowledged', 1])
      assert.deepEqual([result.error.retryable, result.status], [true, 200])
    }
  }
})

test('F-11 a file that is received may take longer than a call, as long as it comes', async (test) => {
  const { document } = page(test)
  const anchor = { click: () => {}, remove: () => {} }
  document.createElement = () => anchor
  document.body = { append: () => {} }
  const never = clock(test, 50_000)
  // Before each piece more time passes than the whole call has, but less than a piece may take.
  const pause = async () => test.mock.timers.tick(40_000)
  const whole = ['a', 'b', 'c', 'd']
  const file = () => pieces(whole, { pause, headers: { 'content-type': 'text/csv' } }).response
  script(test, {
    'GET /file': file,
    'GET /stalled': () => pieces(['a', never], { headers: { 'content-type': 'text/csv' } }).response,
  })
  const api = client({ idleTimeout: 50_000 })
  const progress = []
  const saved = await api.download('/file', { onProgress: ({ received }) => progress.push(received) })
  assert.deepEqual(saved.data, { filename: 'file', size: 4 })
  assert.deepEqual([progress.at(0), progress.at(-1)], [0, 4])
  assert.equal((await api.get('/file', { as: 'blob' })).data.size, 4)
  assert.equal((await api.get('/file', { as: 'text' })).error.code, 'timed_out')
  assert.deepEqual(said(await api.download('/stalled')), ['timeout', 'body_stalled', 'acknowledged', 1])
})

test('F-11 what is sent has more time the larger it is, unless its call has a limit of its own', async (test) => {
  const asked = []
  const real = globalThis.setTimeout
  globalThis.setTimeout = (work, milliseconds, ...more) => {
    asked.push(Math.round(milliseconds / 1_000))
    return real(work, milliseconds, ...more)
  }
  test.after(() => {
    globalThis.setTimeout = real
  })
  script(test, { 'POST /files': () => json({ success: true, data: 1 }) })
  const api = client({ idleTimeout: 0 })
  const limits = async (body, options) => {
    asked.length = 0
    assert.equal((await api.post('/files', body, options)).data, 1)
    return asked.slice(1)
  }
  const file = new Blob([new Uint8Array(1_600_000)])
  const form = new FormData()
  form.append('file', file)
  form.append('name', 'a')
  assert.deepEqual(await limits({ a: 1 }), [30, 15])
  assert.deepEqual(await limits(file), [130, 115])
  assert.deepEqual(await limits(new Uint8Array(1_600_000)), [130, 115])
  assert.deepEqual(await limits('a'.repeat(1_600_000)), [130, 115])
  assert.deepEqual(await limits(form), [130, 115])
  assert.deepEqual(await limits(new URLSearchParams('a=b')), [30, 15])
  assert.deepEqual(await limits(new Blob(['a']).stream()), [])
  assert.deepEqual(await limits(file, { timeout: 3_000, attemptTimeout: 2_000 }), [2])
})

test('F-11 limits that are no number of milliseconds are refused by name', () => {
  for (const limit of ['attemptTimeout', 'idleTimeout']) {
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
      assert.throws(() => client({ [limit]: wrong }), new RegExp(`${limit} must`))
    }
    client({ [limit]: 0 })
  }
  for (const retry of [-1, Number.NaN, 'often']) assert.throws(() => client({ retry }), /retry must/)
})
