// Renewing an access token: once, in time, and without losing anybody.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, held, html, json, script } from './scripted.mjs'

const client = (options) => createClient({ dialect: dualToken, appUrl, baseUrl, ...options })
const flagged = (data, init) => json({ success: true, data, message: 'ok' }, init)
const refused = (status = 401) => json({ success: false, data: null, message: 'expired' }, { status })
const pair = (number) => ({ accessToken: secret(`a${number}`), refreshToken: secret(`r${number}`) })
const ada = { email: 'ada@example.com', password: secret('password') }
const key = `twinfetch:${baseUrl}`

/** A token which was issued and ends so many seconds from now. */
const jwt = (iat, exp, more = {}) => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { type: 'access', iat: now + iat, exp: now + exp, ...more }
  return ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 's'].join('.')
}

const dual = (more) => ({
  'POST /auth/login': () => flagged(pair(1)),
  'GET /auth/me': () => flagged({ id: 1 }),
  'POST /auth/logout': () => flagged(null),
  ...more,
})

const knownBy = (token, data) => (request) =>
  request.headers.get('authorization') === `Bearer ${token}` ? flagged(data) : refused()

for (const count of [2, 10, 100, 1000]) {
  test(`F-40 ${count} refused calls renew once, and each is repeated with the new token`, async (test) => {
    page(test)
    const everybodyRefused = held()
    let refusals = 0
    const { count: counted } = script(
      test,
      dual({
        // Nobody is answered before all were refused.
        'POST /auth/refresh': () => everybodyRefused.promise.then(() => flagged(pair(2))),
        'GET /api/posts': (request) => {
          const answer = knownBy(secret('a2'), [1])(request)
          if (answer.status === 401) refusals += 1
          if (refusals === count) everybodyRefused.resolve()
          return answer
        },
      }),
    )
    const api = client()
    await api.signIn(ada)
    const answers = await Promise.all(Array.from({ length: count }, () => api.get('/api/posts')))
    assert(answers.every(({ data }) => data?.length === 1))
    assert.equal(counted('POST /auth/refresh'), 1)
    assert.equal(counted('GET /api/posts'), 2 * count)
  })
}

const failures = [
  [200, html(), 'unexpected_content_type'],
  [400, refused(400), 'rejected'],
  [403, refused(403), 'forbidden'],
  [404, refused(404), 'not_found'],
  [408, refused(408)],
  [409, refused(409)],
  [429, refused(429), 'rate_limited'],
  [500, refused(500), 'server_failed'],
  [502, html(502), 'server_failed'],
  [503, html(503), 'server_failed'],
  [504, refused(504), 'server_failed'],
  ['nothing', undefined, 'network_failed'],
]
for (const [status, answer, code] of failures) {
  test(`F-49 a refresh that is answered with ${status} fails all calls alike, and signs nobody out`, async (test) => {
    const { localStorage } = page(test, '/', { storage: 'localStorage' })
    let renews = false
    const { count } = script(
      test,
      dual({
        'POST /auth/refresh': () => {
          if (renews) return flagged(pair(2))
          if (answer) return answer.clone()
          throw new TypeError('fetch failed')
        },
        'GET /api/posts': knownBy(secret('a2'), [1]),
      }),
    )
    const api = client({ storage: 'localStorage' })
    await api.signIn(ada)
    const before = count('POST /auth/refresh')
    const ended = await Promise.all(Array.from({ length: 10 }, () => api.get('/api/posts')))
    const [first] = ended
    assert.notEqual(first.error.code, 'unauthorized')
    if (code) assert.equal(first.error.code, code)
    for (const { error } of ended) {
      assert.deepEqual([error.code, error.status], [first.error.code, first.error.status])
    }
    assert.equal(count('POST /auth/refresh') - before, 1)
    assert.equal(api.getSnapshot().status, 'authenticated')
    assert.equal(JSON.parse(localStorage.getItem(key)).refresh, secret('r1'))
    renews = true
    assert.deepEqual((await api.get('/api/posts')).data, [1])
  })
}

test('F-49 only the answer that the dialect has for a dead grant ends the session', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  const { count } = script(
    test,
    dual({ 'POST /auth/refresh': () => refused(), 'GET /api/posts': knownBy(secret('a2'), [1]) }),
  )
  const api = client({ storage: 'localStorage' })
  await api.signIn(ada)
  const ended = await Promise.all(Array.from({ length: 10 }, () => api.get('/api/posts')))
  assert(ended.every(({ error }) => error.code === 'unauthorized'))
  assert.equal(count('POST /auth/refresh'), 1)
  assert.deepEqual(api.getSnapshot(), { status: 'anonymous' })
  assert.equal(localStorage.length, 0)
})

test('F-49 a refresh that hangs ends after its own time, for all calls alike', async (test) => {
  page(test)
  const asked = held()
  script(
    test,
    dual({
      'POST /auth/refresh': () => {
        asked.resolve()
        return new Promise(() => {})
      },
      'GET /api/posts': knownBy(secret('a2'), [1]),
    }),
  )
  const api = client({ timeout: 3_600_000 })
  await api.signIn(ada)
  test.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const calls = Array.from({ length: 10 }, () => api.get('/api/posts'))
  await asked.promise
  test.mock.timers.tick(10_000)
  const ended = await Promise.all(calls)
  for (const { error } of ended) assert.equal(error.kind, 'timeout')
  assert.equal(api.getSnapshot().status, 'authenticated')
})

/** What a refresh may bring, and what it must not bring about. */
const oddities = {
  'the same tokens': () => pair(1),
  'a token that has ended': () => ({ accessToken: jwt(-900, -60), refreshToken: secret('r2') }),
  'a token that ends at once': () => ({ accessToken: jwt(0, 0), refreshToken: secret('r2') }),
  'a token that ended before it was issued': () => ({ accessToken: jwt(0, -60), refreshToken: secret('r2') }),
  'no refresh token': () => ({ accessToken: secret('a2') }),
  'a refresh token that is null': () => ({ accessToken: secret('a2'), refreshToken: null }),
  'ends that are texts': () => ({
    accessToken: jwt(0, 0, { exp: '900' }),
    refreshToken: secret('r2'),
    expires_in: '900',
  }),
  'ends that are negative': () => ({
    accessToken: jwt(0, 0, { exp: -1 }),
    refreshToken: secret('r2'),
    expires_in: -1,
  }),
}
for (const [what, answer] of Object.entries(oddities)) {
  test(`F-50 a refresh that brings ${what} is tried once for each refusal, and no more`, async (test) => {
    page(test)
    const { count } = script(
      test,
      dual({ 'POST /auth/refresh': () => flagged(answer()), 'GET /api/posts': () => refused() }),
    )
    const api = client()
    await api.signIn(ada)
    for (let time = 1; time <= 3; time += 1) {
      assert.equal((await api.get('/api/posts')).error.code, 'unauthorized')
      assert.ok(count('POST /auth/refresh') <= time)
      assert.ok(count('GET /api/posts') <= 2 * time)
    }
    assert.equal(api.getSnapshot().status, 'authenticated')
  })
}

test('F-50 a refresh token stays where a refresh brings no other', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  script(
    test,
    dual({
      'POST /auth/refresh': () => flagged({ accessToken: secret('a2') }),
      'GET /api/posts': knownBy(secret('a2'), [1]),
    }),
  )
  const api = client({ storage: 'localStorage' })
  await api.signIn(ada)
  assert.deepEqual((await api.get('/api/posts')).data, [1])
  const { access, refresh } = JSON.parse(localStorage.getItem(key))
  assert.deepEqual([access, refresh], [secret('a2'), secret('r1')])
})

test('F-47 a caller who gives up ends no renewal that others wait for', async (test) => {
  page(test)
  const [asked, go] = [held(), held()]
  const { count } = script(
    test,
    dual({
      'POST /auth/refresh': async () => {
        asked.resolve()
        await go.promise
        return flagged(pair(2))
      },
      'GET /api/posts': knownBy(secret('a2'), [1]),
    }),
  )
  const api = client()
  await api.signIn(ada)
  const controller = new AbortController()
  const first = api.get('/api/posts', { signal: controller.signal })
  await asked.promise
  const second = api.get('/api/posts')
  controller.abort()
  assert.equal((await first).error.code, 'aborted')
  go.resolve()
  assert.deepEqual((await second).data, [1])
  assert.equal(count('POST /auth/refresh'), 1)
})

test('F-47 a renewal that everybody has left is still kept', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  const [asked, go, stored] = [held(), held(), held()]
  script(
    test,
    dual({
      'POST /auth/refresh': async () => {
        asked.resolve()
        await go.promise
        return flagged(pair(2))
      },
      'GET /api/posts': knownBy(secret('a2'), [1]),
    }),
  )
  const api = client({ storage: 'localStorage' })
  await api.signIn(ada)
  const setItem = localStorage.setItem.bind(localStorage)
  localStorage.setItem = (name, value) => {
    setItem(name, value)
    if (name === key) stored.resolve(JSON.parse(value))
  }
  const controller = new AbortController()
  const call = api.get('/api/posts', { signal: controller.signal })
  await asked.promise
  controller.abort()
  assert.equal((await call).error.code, 'aborted')
  go.resolve()
  assert.equal((await stored.promise).refresh, secret('r2'))
})
