import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openPage } from '../browser.mjs'
import { files, startSite } from '../site.mjs'
import { startFaults } from './program.mjs'

const packed = files(fileURLToPath(new URL('../node_modules/twinfetch/dist', import.meta.url)))

const serve = (request, response) => {
  if (request.url.startsWith('/twinfetch/')) {
    return packed({ url: request.url.slice('/twinfetch'.length) }, response)
  }
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>faults</title>')
}

/** Opens a page in which somebody is signed in at a backend that can go wrong. */
const begin = async (test) => {
  const site = await startSite(test, serve)
  const faults = await startFaults(test, site.url)
  const opened = await openPage(test)
  await opened.page.goto(`${site.url}/`)
  await opened.page.evaluate(signIn, faults.url)
  return { ...opened, faults }
}

const signIn = async (baseUrl) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  window.make = (options) =>
    createClient({ dialect: dualToken, baseUrl, storage: 'sessionStorage', ...options })
  const { error } = await window.make().signIn({ email: 'ada' })
  if (error) throw error
}

/** Makes a call in the page, and looks for the session afterwards. */
const call = async ({ method = 'get', settings, options, path = '/posts' }) => {
  const api = window.make({ retry: 0, ...settings })
  // A limit is of the call, and not of what a busy machine needs to load the client.
  await api.getSession()
  const started = performance.now()
  const { data, error, status } =
    method === 'get' ? await api.get(path, options) : await api[method](path, { a: 1 }, options)
  const took = performance.now() - started
  const text = data instanceof Blob ? await data.text() : data
  const failed = error && {
    code: error.code,
    sent: error.sent,
    attempts: error.attempts,
    status,
    retryAfter: error.retryAfter,
  }
  return { data: text, failed, took, tokens: { ...sessionStorage } }
}

const session = async () => (await window.make().getSession({ fresh: true })).status

const lost = { code: 'network_failed', sent: 'maybe', attempts: 1 }
const truncated = { code: 'body_truncated', sent: 'acknowledged', attempts: 1, status: 200 }
const unread = (code) => ({ code, sent: 'acknowledged', attempts: 1, status: 200 })
const answered = (code, status) => ({ code, sent: 'acknowledged', attempts: 1, status })

/** A fault, what is set, and how a call of it fails. */
const failures = [
  ['F-06', { kind: 'reset_before_head' }, {}, lost],
  ['F-06', { kind: 'close_before_head' }, {}, lost],
  ['F-07', { kind: 'reset_in_head' }, {}, lost],
  ['F-08', { kind: 'close_in_body' }, {}, truncated],
  ['F-09', { kind: 'reset_in_body' }, {}, truncated],
  ['F-09', { kind: 'reset_in_chunk' }, {}, truncated],
  ['F-09', { kind: 'close_in_chunk' }, {}, truncated],
  ['F-09', { kind: 'no_final_chunk' }, {}, truncated],
  ['F-09', { kind: 'close_in_body' }, { options: { as: 'blob' } }, truncated],
  [
    'F-09',
    { kind: 'close_in_body' },
    { options: { as: 'text' }, settings: { idleTimeout: 9_000 } },
    truncated,
  ],
  ['F-11', { kind: 'silence' }, { settings: { timeout: 2_000 } }, { ...lost, code: 'timed_out' }],
  [
    'F-11',
    { kind: 'silence' },
    { settings: { attemptTimeout: 2_000 } },
    { ...lost, code: 'response_timed_out' },
  ],
  [
    'F-11',
    { kind: 'stall_in_head' },
    { settings: { attemptTimeout: 2_000 } },
    { ...lost, code: 'response_timed_out' },
  ],
  ['F-11', { kind: 'stall_in_body' }, { settings: { idleTimeout: 2_000 } }, unread('body_stalled')],
  [
    'F-11',
    { kind: 'stall_in_body' },
    { options: { as: 'blob' }, settings: { idleTimeout: 2_000 } },
    unread('body_stalled'),
  ],
  ['F-11', { kind: 'stall_in_body' }, { settings: { timeout: 2_000 } }, unread('timed_out')],
  ['F-12', { kind: 'garbage' }, {}, lost],
  ['F-12', { kind: 'huge_header', bytes: 600 << 10 }, {}, lost],
  ['F-13', { kind: 'two_lengths' }, {}, lost],
  ['F-17', { kind: 'malformed_json' }, {}, unread('malformed_body')],
  ['F-17', { kind: 'truncated_json' }, {}, unread('malformed_body')],
  ['F-17', { kind: 'deep_json', depth: 100_000 }, {}, unread('malformed_body')],
  ['F-18', { kind: 'html_page' }, {}, unread('unexpected_content_type')],
  ['F-22', { kind: 'redirect_loop', status: 302 }, {}, answered('redirect_refused')],
  ['F-30', { kind: 'status', status: 500 }, {}, answered('server_failed', 500)],
  [
    'F-15',
    { kind: 'status', status: 429, retryAfter: { seconds: 31 } },
    { settings: { retry: 2 } },
    { ...answered('rate_limited', 429), retryAfter: 31_000 },
  ],
  [
    'F-15',
    { kind: 'status', status: 503, retryAfter: { seconds: 1_000_000_000 } },
    { settings: { retry: 2 } },
    { ...answered('server_failed', 503), retryAfter: 3_600_000 },
  ],
  [
    'F-16',
    { kind: 'status', status: 502 },
    { settings: { retry: 2 } },
    { ...answered('server_failed', 502), attempts: 3 },
  ],
]

test('every fault of a backend is its own typed error in Chromium, and the session stays', async (test) => {
  const { page, faults } = await begin(test)
  const before = await page.evaluate(() => ({ ...sessionStorage }))
  let longest = 0
  for (const [row, fault, task, expected] of failures) {
    await faults.play([{ path: '/posts', fault }])
    const { failed, data, took, tokens } = await page.evaluate(call, task)
    const what = `${row} ${JSON.stringify([fault, task, failed, data])}`
    for (const [name, value] of Object.entries(expected))
      assert.equal(failed?.[name], value, `${name}: ${what}`)
    assert.deepEqual(tokens, before, what)
    assert.equal(await page.evaluate(session), 'authenticated', what)
    longest = Math.max(longest, took)
  }
  test.diagnostic(`${failures.length} faults; the longest call took ${Math.round(longest)} ms`)
})

/** A fault of the first requests, how often, and what is called: it ends well. */
const passing = [
  ['F-06', { kind: 'reset_before_head' }, 1, {}],
  ['F-07', { kind: 'reset_in_head' }, 1, {}],
  ['F-12', { kind: 'garbage' }, 2, {}],
  ['F-11', { kind: 'silence' }, 1, { settings: { attemptTimeout: 2_000 } }],
  ['F-15', { kind: 'status', status: 503, retryAfter: { seconds: 0 } }, 2, {}],
  ['F-15', { kind: 'status', status: 429, retryAfter: { seconds: 1 } }, 1, {}],
  ['F-15', { kind: 'status', status: 503, retryAfter: { date: { form: 'rfc850', seconds: -60 } } }, 1, {}],
  ['F-16', { kind: 'status', status: 504 }, 2, { method: 'put' }],
  [
    'F-16',
    { kind: 'status', status: 503 },
    1,
    { method: 'post', options: { headers: { 'idempotency-key': 'k1' } } },
  ],
  ['F-11', { kind: 'drip_head', milliseconds: 1 }, 1, {}],
]

test('what passes is asked again in Chromium until it has passed', async (test) => {
  const { page, faults } = await begin(test)
  for (const [row, fault, times, task] of passing) {
    await faults.play([{ path: '/posts', fault, times }])
    const { data, failed } = await page.evaluate(call, { ...task, settings: { retry: 2, ...task.settings } })
    const what = `${row} ${JSON.stringify([fault, failed])}`
    if (fault.kind !== 'drip_head') assert.equal(data, 'well', what)
    const keys = (await faults.requests('/posts')).map(({ headers }) =>
      new Map(headers).get('idempotency-key'),
    )
    assert.equal(new Set(keys).size, 1, what)
    assert.equal(await page.evaluate(session), 'authenticated', what)
  }
})

test('what may have been done is not asked for again by the client', async (test) => {
  const { page, faults } = await begin(test)
  for (const fault of [{ kind: 'silence' }, { kind: 'status', status: 503 }]) {
    await faults.play([{ path: '/posts', fault }])
    const task = { method: 'post', settings: { retry: 2, attemptTimeout: 2_000 } }
    const { failed } = await page.evaluate(call, task)
    assert.equal(failed.attempts, 1, JSON.stringify(failed))
    assert.notEqual(failed.sent, 'unsent')
    assert.equal((await faults.requests('/posts')).length, 1)
  }
})

test('F-82 without a network a call ends at once, and goes well when it is back', async (test) => {
  const { page, context, faults } = await begin(test)
  await faults.play([])
  await context.setOffline(true)
  const { failed } = await page.evaluate(call, { settings: { retry: 2 } })
  assert.deepEqual([failed.code, failed.sent, failed.attempts], ['offline', 'unsent', 1])
  await context.setOffline(false)
  assert.equal((await page.evaluate(call, {})).data, 'well')
})

test('F-30 a backend that is gone is a network error, and nobody is signed out', async (test) => {
  const { page, faults } = await begin(test)
  await faults.end()
  const { failed } = await page.evaluate(call, { settings: { retry: 2 } })
  assert.deepEqual([failed.code, failed.sent, failed.attempts], ['network_failed', 'maybe', 3])
  assert.equal(await page.evaluate(session), 'unknown')
  assert(await page.evaluate(() => sessionStorage.length))
})

test('F-47 a stopped call closes its connection', async (test) => {
  const { page, faults } = await begin(test)
  for (const kind of ['silence', 'stall_in_body']) {
    await faults.play([{ path: '/posts', fault: { kind } }])
    await page.evaluate(() => {
      window.controller = new AbortController()
      window.call = window.make().get('/posts', { signal: window.controller.signal })
    })
    await faults.until('played=1')
    const code = await page.evaluate(async () => {
      window.controller.abort()
      return (await window.call).error.code
    })
    assert.equal(code, 'aborted')
    await faults.until('open=0')
  }
})
