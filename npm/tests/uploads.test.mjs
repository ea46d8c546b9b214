import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { cookieJwt } from 'twinfetch/dialects/cookie-jwt'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { requests } from './requests.mjs'
import { baseUrl, json, script } from './scripted.mjs'

const file = new File(['x'.repeat(900)], '报告.txt', { type: 'text/plain' })
const good = (data) => ({ success: true, data })
const said = ({ error }) => [error.code, error.sent, error.attempts]

/** Gives one test another `navigator`. */
const navigator = (test, value) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true })
  test.after(() => {
    delete globalThis.navigator
    if (before) Object.defineProperty(globalThis, 'navigator', before)
  })
}

/** Uploads the file, and keeps what is told of it. */
const uploading = (options, settings) => {
  const told = []
  const api = createClient({ dialect: dualToken, baseUrl, retry: 0, ...settings })
  const onProgress = ({ sent, total }) => told.push([sent, total])
  return { told, api, result: api.upload('/files', file, { onProgress, ...options }) }
}

test('an upload that nobody counts goes by fetch', async (test) => {
  const { sent } = requests(test, [])
  const calls = script(test, { 'POST /files': json(good(1)) })
  assert.equal((await uploading({ onProgress: undefined }).result).data, 1)
  assert.deepEqual([sent.length, calls.count('POST /files')], [0, 1])
})

test('an upload tells its beginning, its way, and its end once the server has answered', async (test) => {
  const before = []
  const { sent, frames } = requests(test, [
    (request) => {
      test.mock.timers.enable({ apis: ['Date'] })
      request.move(400)
      request.move(1_000)
      before.push(...upload.told)
      request.head(201)
      request.body_(good('done'))
    },
  ])
  script(test, {})
  // A tenth of a second between what is told is the core's rule.
  let now = 0
  test.mock.method(performance, 'now', () => (now += 200))
  const upload = uploading({ headers: { 'x-note': 'a' } })
  const { data, status } = await upload.result
  assert.deepEqual([data, status], ['done', 201])
  assert.deepEqual(before, [
    [0, 1_000],
    [400, 1_000],
  ])
  assert.deepEqual(upload.told.slice(2), [[1_000, 1_000]])
  const [request] = sent
  assert.deepEqual(
    [request.method, request.url, request.headers['x-note']],
    ['POST', `${baseUrl}/files`, 'a'],
  )
  assert.equal(request.body.get('file').name, '报告.txt')
  assert.deepEqual(frames[0].policies, [
    `content-security-policy: connect-src ${baseUrl}`,
    "content-security-policy: connect-src 'none'",
  ])
  assert(frames[0].removed)
})

test('an upload whose token is refused is sent again with a newer one, and counted from 0', async (test) => {
  const tokens = (name) => good({ accessToken: secret(name), refreshToken: secret(`r${name}`) })
  const { sent } = requests(test, [
    (request) => request.answer({ success: false, statusCode: 401 }, 401),
    (request) => request.answer(good('done')),
  ])
  script(test, { 'POST /auth/login': json(tokens('u1')), 'POST /auth/refresh': json(tokens('u2')) })
  let now = 0
  test.mock.method(performance, 'now', () => (now += 200))
  const api = createClient({ dialect: dualToken, baseUrl })
  await api.signIn({ email: 'ada' })
  const told = []
  const { data } = await api.upload('/files', file, { onProgress: ({ sent }) => told.push(sent) })
  assert.equal(data, 'done')
  assert.deepEqual(told, [0, 0, 1_000])
  assert.deepEqual(
    sent.map(({ headers }) => headers.authorization),
    [`Bearer ${secret('u1')}`, `Bearer ${secret('u2')}`],
  )
})

test('what goes wrong with a counted upload has the names that it has elsewhere', async (test) => {
  const cases = {
    'network_failed,maybe,1': (request) => request.fail(),
    'body_truncated,acknowledged,1': (request) => {
      request.head(200)
      request.fail()
    },
    'rejected,acknowledged,1': (request) => request.answer({ success: false }, 413),
    'malformed_body,acknowledged,1': (request) => {
      request.head(200)
      request.response = new TextEncoder().encode('{').buffer
      request.onload()
    },
  }
  const { frames } = requests(test, Object.values(cases))
  script(test, {})
  for (const name of Object.keys(cases)) {
    const { result, told } = uploading()
    assert.equal(said(await result).join(), name)
    assert.deepEqual(told, [[0, 1_000]], name)
  }
  assert(frames.length === 4 && frames.every(({ removed }) => removed))
})

test('an upload without a network is unsent', async (test) => {
  requests(test, [(request) => request.fail()])
  script(test, {})
  navigator(test, { onLine: false })
  assert.deepEqual(said(await uploading().result), ['offline', 'unsent', 1])
})

test('a redirect is refused whether the policy held it or not', async (test) => {
  const { frames } = requests(test, [
    (request) => {
      request.fail()
      queueMicrotask(() => frames[0].violate("connect-src 'none'"))
    },
    (request) => {
      request.move(1_000)
      request.head(200, {}, `${baseUrl}/elsewhere`)
    },
    (request) => {
      request.fail()
      queueMicrotask(() => frames[2].violate("connect-src 'self'"))
    },
  ])
  script(test, {})
  assert.deepEqual(said(await uploading().result), ['redirect_refused', 'acknowledged', 1])
  assert.deepEqual(said(await uploading().result), ['redirect_refused', 'acknowledged', 1])
  // The page's own policy.
  assert.deepEqual(said(await uploading().result), ['network_failed', 'maybe', 1])
  assert(frames.every(({ removed }) => removed))
})

test('an upload that moves takes its time, and one that stands still ends', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const { sent } = requests(test, [
    async (request) => {
      for (let bytes = 1; bytes <= 50; bytes++) {
        await turn()
        test.mock.timers.tick(900)
        request.move(bytes * 10)
      }
      request.answer(good('done'))
    },
    async (request) => {
      request.move(10)
      await turn()
      test.mock.timers.tick(1_000)
    },
    // All has left, and no head comes: the attempt's own limit counts from there.
    async (request) => {
      await turn()
      test.mock.timers.tick(900)
      request.move(1_000)
      await turn()
      test.mock.timers.tick(900)
      request.move(1_000)
      await turn()
      test.mock.timers.tick(1_000)
    },
    async (request) => {
      await turn()
      test.mock.timers.tick(900)
      request.move(10)
      await turn()
      test.mock.timers.tick(900)
    },
  ])
  script(test, {})
  const settings = { timeout: 2_000, attemptTimeout: 900, idleTimeout: 1_000 }
  assert.equal((await uploading({}, settings).result).data, 'done')
  const late = ['response_timed_out', 'maybe', 1]
  assert.deepEqual(said(await uploading({}, settings).result), late)
  assert.deepEqual(said(await uploading({ attemptTimeout: 1_000 }, settings).result), late)
  // What the call itself has said.
  assert.deepEqual(said(await uploading({ timeout: 1_500 }, settings).result), ['timed_out', 'maybe', 1])
  assert.deepEqual(
    sent.map(({ aborted }) => aborted),
    [true, true, true, true],
  )
})

test('a signal stops a counted upload wherever it is', async (test) => {
  const leaving = [new AbortController(), new AbortController()]
  const { sent, frames } = requests(test, [
    (request) => {
      request.move(10)
      leaving[0].abort()
    },
    (request) => {
      request.head(200)
      setImmediate(() => leaving[1].abort())
    },
  ])
  script(test, {})
  const [moving, answered] = leaving.map(({ signal }) => signal)
  assert.deepEqual(said(await uploading({ signal: moving }).result), ['aborted', 'maybe', 1])
  assert.deepEqual(said(await uploading({ signal: answered }).result), ['aborted', 'acknowledged', 1])
  assert(sent.every(({ aborted }) => aborted) && frames.every(({ removed }) => removed))
})

test('a frame that opens too late is closed, and sends nothing', async (test) => {
  const { sent, frames, document } = requests(test, [])
  script(test, {})
  const leaving = new AbortController()
  document.documentElement.append = () => leaving.abort()
  assert.deepEqual(said(await uploading({ signal: leaving.signal }).result), ['aborted', 'maybe', 1])
  assert(!frames[0].removed)
  frames[0].dispatchEvent(new Event('load'))
  await new Promise(setImmediate)
  assert(frames[0].removed && sent.every(({ aborted }) => aborted))
})

test('an upload whose answer has no body ends well', async (test) => {
  const { frames } = requests(test, [
    (request) => {
      request.move(1_000)
      request.head(204, {})
      request.onloadend()
    },
  ])
  script(test, {})
  const { result, told } = uploading()
  const { data, status, error } = await result
  assert.deepEqual([data, status, error?.code], [undefined, 204, undefined])
  assert.deepEqual(told.at(-1), [1_000, 1_000])
  assert(frames[0].removed)
})

test('what only fetch does right goes by fetch, and tells its beginning and its end', async (test) => {
  const { sent, location } = requests(test, [])
  const calls = script(test, {
    'POST /files': json(good(1)),
    'POST /auth/login': json({ code: 0, data: { user: { id: '1' } } }),
    'GET /auth/session': json({ code: 0, data: { user: { id: '1' } } }),
  })
  const ends = [
    [0, 900],
    [900, 900],
  ]
  const six = uploading({}, { baseUrl: 'http://[::1]:8080' })
  assert.equal((await six.result).data, 1)
  assert.deepEqual(six.told, ends)
  // A cookie that must be kept back, at the page's own origin: the server could not be told of the sign-out.
  const told = []
  const api = createClient({ dialect: cookieJwt, baseUrl: location.origin, retry: 0 })
  await api.signIn({ email: 'ada' })
  await api.signOut()
  await api.upload('/files', file, { onProgress: ({ sent, total }) => told.push([sent, total]) })
  assert.equal(calls.sent.at(-1).credentials, 'omit')
  navigator(test, { serviceWorker: { controller: {} } })
  const behind = uploading()
  assert.equal((await behind.result).data, 1)
  assert.deepEqual(behind.told, ends)
  // Where nothing keeps to a policy, as in a simulated page.
  navigator(test, {})
  delete globalThis.SecurityPolicyViolationEvent
  const simulated = uploading()
  assert.equal((await simulated.result).data, 1)
  assert.deepEqual(simulated.told, ends)
  assert.equal(sent.length, 0)
})
