// Renewing an access token before it ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const client = (options) => createClient({ dialect: dualToken, appUrl, baseUrl, ...options })
const flagged = (data, init) => json({ success: true, data, message: 'ok' }, init)
const refused = (status = 401) => json({ success: false, data: null, message: 'expired' }, { status })
const key = `twinfetch:${baseUrl}`

/** A token which was issued and ends so many seconds from now. */
const jwt = (iat, exp, more = {}) => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { type: 'access', iat: now + iat, exp: now + exp, ...more }
  return ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 's'].join('.')
}

const dual = (more) => ({ 'GET /auth/me': () => flagged({ id: 1 }), ...more })

const knownBy = (token, data) => (request) =>
  request.headers.get('authorization') === `Bearer ${token}` ? flagged(data) : refused()

/** Tokens whose access token has so many seconds left of 900. */
const left = (seconds, number = 1) => ({
  accessToken: jwt(seconds - 900, seconds),
  refreshToken: secret(`r${number}`),
})

/** Signs in with tokens that end so soon, in a page loaded later. */
const loadedWith = async (tokens, storage, place = 'localStorage') => {
  const { accessToken: access, refreshToken: refresh } = tokens
  const { exp } = JSON.parse(Buffer.from(access.split('.')[1], 'base64url'))
  storage.setItem(key, JSON.stringify({ access, refresh, expires: exp * 1000, mark: 'm' }))
  return client({ storage: place })
}

test('a token that is about to end is renewed once, while calls go on with it', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  const go = held()
  const next = left(900, 2)
  const { count, sent } = script(
    test,
    dual({
      'POST /auth/refresh': () => go.promise.then(() => flagged(next)),
      'GET /api/posts': () => flagged([1]),
    }),
  )
  const old = left(10)
  const api = await loadedWith(old, localStorage)
  for (let time = 0; time < 50; time += 1) assert.deepEqual((await api.get('/api/posts')).data, [1])
  assert.equal(sent.at(-1).headers.get('authorization'), `Bearer ${old.accessToken}`)
  const renewed = held()
  const setItem = localStorage.setItem.bind(localStorage)
  localStorage.setItem = (name, value) => {
    setItem(name, value)
    if (name === key) renewed.resolve()
  }
  go.resolve()
  await renewed.promise
  await api.get('/api/posts')
  assert.equal(sent.at(-1).headers.get('authorization'), `Bearer ${next.accessToken}`)
  assert.equal(count('POST /auth/refresh'), 1)
})

test('a token that has ended is renewed before the calls, and none is refused', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  const next = left(900, 2)
  const { count, sent } = script(
    test,
    dual({ 'POST /auth/refresh': () => flagged(next), 'GET /api/posts': knownBy(next.accessToken, [1]) }),
  )
  const api = await loadedWith(left(-10), localStorage)
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/api/posts')))
  assert(answers.every(({ data }) => data?.length === 1))
  assert.equal(count('POST /auth/refresh'), 1)
  assert.equal(sent.length, 21)
})

test('a renewal before the end that fails harms no call, and is not tried again at once', async (test) => {
  const { sessionStorage } = page(test, '/', { storage: 'sessionStorage' })
  const { count } = script(
    test,
    dual({ 'POST /auth/refresh': () => refused(500), 'GET /api/posts': () => flagged([1]) }),
  )
  const api = await loadedWith(left(10), sessionStorage, 'sessionStorage')
  for (let time = 0; time < 20; time += 1) assert.deepEqual((await api.get('/api/posts')).data, [1])
  assert.equal(count('POST /auth/refresh'), 1)
})

test('a token with its life before it is not renewed', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  const { count } = script(test, dual({ 'GET /api/posts': () => flagged([1]) }))
  const api = await loadedWith(left(600), localStorage)
  await api.get('/api/posts')
  assert.equal(count('POST /auth/refresh'), 0)
})

test('with a clock that is wrong by hours two tabs do not renew for each other again and again', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  let number = 1
  // By the server's clock these have just begun.
  const fresh = () => {
    number += 1
    return { accessToken: jwt(-7200, -6300, { number }), refreshToken: secret(`r${number}`) }
  }
  const { count } = script(
    test,
    dual({ 'POST /auth/refresh': () => flagged(fresh()), 'GET /api/posts': () => flagged([1]) }),
  )
  const listeners = []
  globalThis.addEventListener = (type, listener) => type === 'storage' && listeners.push(listener)
  test.after(() => delete globalThis.addEventListener)
  const tabs = [await loadedWith(fresh(), localStorage), client({ storage: 'localStorage' })]
  for (let time = 0; time < 10; time += 1) {
    for (const api of tabs) {
      assert.deepEqual((await api.get('/api/posts')).data, [1])
      for (const listener of listeners) listener({ key })
    }
  }
  assert.ok(count('POST /auth/refresh') <= tabs.length, `${count('POST /auth/refresh')} renewals`)
})
