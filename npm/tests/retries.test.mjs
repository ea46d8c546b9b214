import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { appUrl, baseUrl, json, script, signedIn } from './scripted.mjs'

const client = (options) => createClient({ dialect: dualToken, appUrl, baseUrl, ...options })
const flagged = (data) => json({ success: true, data })
const busy = (headers) => json({ success: false }, { status: 503, ...headers })

/** A generator of the same numbers from 0 to 1 for the same seed (mulberry32). */
const seeded = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** Takes the time out of a test: of every wait chance takes all away. */
const atOnce = (test) => test.mock.method(Math, 'random', () => 0)

test('F-16 a call is repeated twice unless client or call say otherwise', async (test) => {
  atOnce(test)
  const { count } = script(test, { 'GET /busy': () => busy() })
  const requests = async (api, options) => {
    const before = count('GET /busy')
    const { error } = await api.get('/busy', options)
    assert.equal(error.attempts, count('GET /busy') - before)
    return error.attempts
  }
  assert.equal(await requests(client()), 3)
  assert.equal(await requests(client({ retry: 0 })), 1)
  assert.equal(await requests(client({ retry: 4 })), 5)
  assert.equal(await requests(client(), { retry: 0 }), 1)
  assert.equal(await requests(client({ retry: 0 }), { retry: 1 }), 2)
  for (const wrong of [-1, Number.NaN, 'often']) assert.equal(await requests(client(), { retry: wrong }), 1)
})

test('F-16 an outage is not multiplied: a thousand calls cost a tenth more, and ten', async (test) => {
  atOnce(test)
  const { sent } = script(test, { 'GET /down': () => busy() })
  const api = client()
  let attempts = 0
  for (let call = 0; call < 1_000; call += 1) attempts += (await api.get('/down')).error.attempts
  assert.equal(attempts, sent.length)
  test.diagnostic(`1000 calls while the server is down: ${sent.length} requests; without a budget 3000`)
  assert(sent.length > 1_100 && sent.length <= 1_110, `${sent.length} requests`)
})

test('F-16 a server that fails every second time is asked a tenth more, and ten', async (test) => {
  atOnce(test)
  const chance = seeded(16)
  const { sent } = script(test, { 'GET /flaps': () => (chance() < 0.5 ? busy() : flagged(1)) })
  const api = client()
  let answered = 0
  for (let call = 0; call < 2_000; call += 1) answered += (await api.get('/flaps')).data ?? 0
  test.diagnostic(`2000 calls, half of the answers 503: ${sent.length} requests, ${answered} answered`)
  assert(sent.length > 2_190 && sent.length <= 2_210, `${sent.length} requests`)
  assert(answered > 1_000 && answered < 1_250, `${answered} answered`)
})

test('F-16 a repetition sends the body that the caller gave, whatever it has become since', async (test) => {
  atOnce(test)
  const bodies = []
  const value = { title: 'first' }
  script(test, {
    'PUT /posts': async (request) => {
      bodies.push(await request.json())
      value.title = 'changed'
      return bodies.length < 3 ? busy() : flagged(1)
    },
  })
  assert.equal((await client().put('/posts', value)).data, 1)
  assert.deepEqual(bodies, [{ title: 'first' }, { title: 'first' }, { title: 'first' }])
})

test('F-16 a stream, which can be sent once only, is not repeated', async (test) => {
  const { count } = script(test, { 'PUT /file': () => busy() })
  const { error } = await client().put('/file', new Blob(['abc']).stream())
  assert.deepEqual([error.code, error.attempts, count('PUT /file')], ['server_failed', 1, 1])
})

test('F-06 what is no call is repeated where that does no harm, too: a session is read again, nobody signs in twice', async (test) => {
  atOnce(test)
  const failing = [1, 2]
  const { count } = script(test, {
    'GET /api/auth/session': () => {
      if (failing.pop()) throw new TypeError('fetch failed')
      return json(signedIn)
    },
  })
  const api = client({ dialect: authjs })
  assert.equal((await api.getSession()).status, 'authenticated')
  assert.equal(count('GET /api/auth/session'), 3)
  const { sent } = script(test, {})
  const { error } = await client().signIn({ email: 'ada' })
  assert.deepEqual([error.code, error.sent, error.attempts, sent.length], ['network_failed', 'maybe', 1, 1])
})

test('F-16 the answer of a failed attempt is let go before the next', async (test) => {
  atOnce(test)
  const left = []
  const { count } = script(test, {
    'GET /busy': () => {
      left.push(false)
      const number = left.length - 1
      const cancel = () => {
        left[number] = true
      }
      return new Response(new ReadableStream({ cancel }), { status: 503 })
    },
  })
  await client().get('/busy')
  assert.equal(count('GET /busy'), 3)
  assert.deepEqual(left, [true, true, true])
})

const offline = (test, line) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: line, configurable: true })
  test.after(() => {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
    else delete globalThis.navigator
  })
}

test('F-82 without a network a call ends at once and was not sent', async (test) => {
  offline(test, { onLine: false })
  const { sent } = script(test, {})
  const { error } = await client().post('/posts', {})
  assert.deepEqual(
    [error.kind, error.code, error.sent, error.attempts, error.retryable],
    ['network', 'offline', 'unsent', 1, true],
  )
  assert.equal((await client().get('/posts')).error.code, 'offline')
  assert.equal(sent.length, 2)
})

test('F-82 what answers without a network is heard: a service worker, or a server of this machine', async (test) => {
  offline(test, { onLine: false })
  script(test, { 'GET /cached': () => flagged('kept') })
  assert.equal((await client().get('/cached')).data, 'kept')
})

test('F-82 a call under way when the network goes may have been received', async (test) => {
  atOnce(test)
  const line = { onLine: true }
  offline(test, line)
  const goes = () => {
    line.onLine = false
    throw new TypeError('fetch failed')
  }
  const { count } = script(test, { 'POST /posts': goes, 'GET /posts': goes })
  const post = (await client().post('/posts', {})).error
  assert.deepEqual([post.code, post.sent, post.attempts], ['network_failed', 'maybe', 1])
  line.onLine = true
  const get = (await client().get('/posts')).error
  assert.deepEqual([get.code, get.sent, get.attempts, count('GET /posts')], ['offline', 'maybe', 2, 2])
})
