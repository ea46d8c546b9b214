import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { cookieJwt } from 'twinfetch/dialects/cookie-jwt'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const client = (dialect, options) => createClient({ dialect, appUrl, baseUrl, ...options })
const flagged = (data) => json({ success: true, data, message: 'ok' })
const refused = () => json({ success: false, data: null, message: 'expired' }, { status: 401 })
const coded = (data) => json({ code: 0, data, message: 'OK' })
const pair = (number) => ({ accessToken: secret(`a${number}`), refreshToken: secret(`r${number}`) })
const ada = { email: 'ada@example.com', password: secret('password') }
const key = `twinfetch:${baseUrl}`
const localStorage = { storage: 'localStorage' }

const dual = (more) => ({
  'POST /auth/login': () => flagged(pair(1)),
  'GET /auth/me': () => flagged({ id: 1 }),
  'POST /auth/logout': () => flagged(null),
  ...more,
})

const knownBy = (token, data) => (request) =>
  request.headers.get('authorization') === `Bearer ${token}` ? flagged(data) : refused()

/** An answer that waits, and says when it was asked for. */
const late = (answer) => {
  const [asked, go] = [held(), held()]
  const wait = async () => {
    asked.resolve()
    await go.promise
    return answer()
  }
  return { wait, asked: asked.promise, go: go.resolve }
}

test('a sign-out with an ended access token renews it, so that the server hears of the refresh token', async (test) => {
  const { localStorage: kept } = page(test, '/', localStorage)
  const { sent } = script(
    test,
    dual({ 'POST /auth/refresh': () => flagged(pair(2)), 'POST /auth/logout': knownBy(secret('a2'), null) }),
  )
  const api = client(dualToken, localStorage)
  await api.signIn(ada)
  assert.deepEqual(await api.signOut(), { data: { serverTold: true } })
  assert.deepEqual(await sent.at(-1).json(), { refreshToken: secret('r2') })
  assert.equal(kept.length, 0)
  assert.deepEqual(api.getSnapshot(), { status: 'anonymous' })
})

test('what a renewal brings during a sign-out is never kept', async (test) => {
  const { localStorage: kept } = page(test, '/', localStorage)
  const written = []
  const refresh = late(() => flagged(pair(2)))
  script(test, dual({ 'POST /auth/refresh': refresh.wait, 'GET /api/posts': knownBy(secret('a2'), []) }))
  const api = client(dualToken, localStorage)
  await api.signIn(ada)
  const call = api.get('/api/posts')
  await refresh.asked
  kept.setItem = (...entry) => written.push(entry)
  const leaving = api.signOut()
  refresh.go()
  assert.deepEqual(await leaving, { data: { serverTold: true } })
  await call
  assert.deepEqual(written, [])
  assert.equal(kept.length, 0)
})

test('a sign-in that is answered after the sign-out signs nobody in', async (test) => {
  const { localStorage: kept } = page(test, '/', localStorage)
  const login = late(() => flagged(pair(1)))
  script(test, dual({ 'POST /auth/login': login.wait }))
  const api = client(dualToken, localStorage)
  const entering = api.signIn(ada)
  await login.asked
  await api.signOut()
  login.go()
  assert.equal((await entering).error.code, 'aborted')
  assert.deepEqual(await api.getSession(), { status: 'anonymous' })
  assert.equal(kept.length, 0)
})

test('a sign-in waits for the sign-out before it, whose answer deletes the cookie', async (test) => {
  page(test)
  const logout = late(() => coded(null))
  const { sent } = script(test, {
    'POST /auth/login': () => coded({ token: 't' }),
    'GET /auth/session': () => coded({ user: { id: 2 } }),
    'POST /auth/logout': logout.wait,
  })
  const api = client(cookieJwt)
  const leaving = api.signOut()
  await logout.asked
  const entering = api.signIn(ada)
  logout.go()
  await leaving
  assert.equal((await entering).data.user.id, 2)
  assert.deepEqual(
    sent.map(({ url }) => new URL(url).pathname),
    ['/auth/logout', '/auth/login', '/auth/session'],
  )
})

test('who signs in after a sign-out that the server did not hear is who signed in', async (test) => {
  page(test)
  let hears = false
  const { sent } = script(test, {
    'POST /auth/login': () => coded({ token: 't' }),
    'GET /auth/session': () => coded({ user: { id: 2 } }),
    'POST /auth/logout': () => {
      if (hears) return coded(null)
      throw new TypeError('fetch failed')
    },
  })
  const api = client(cookieJwt)
  assert.equal((await api.signOut()).data.serverTold, false)
  await api.signIn(ada)
  assert.deepEqual(
    sent.map(({ credentials }) => credentials),
    ['include', 'include', 'include'],
  )
  await api.signOut()
  hears = true
  assert.equal((await api.signOut()).data.serverTold, true)
  assert.equal(sent.at(-1).credentials, 'include')
})

test('a session read that a sign-in overtakes says who has signed in', async (test) => {
  page(test)
  const first = late(() => json({ code: -1, message: 'nobody' }, { status: 401 }))
  const answers = [first.wait, () => coded({ user: { id: 2 } })]
  script(test, {
    'POST /auth/login': () => coded({ token: 't' }),
    'GET /auth/session': () => (answers.length > 1 ? answers.shift() : answers[0])(),
  })
  const api = client(cookieJwt)
  const reading = api.getSession()
  await first.asked
  const entering = api.signIn(ada)
  first.go()
  assert.equal((await entering).data.user.id, 2)
  assert.equal((await reading).user.id, 2)
})

test('without locks a tab that renews too late takes over what the faster one has kept', async (test) => {
  const { localStorage: kept } = page(test, '/', localStorage)
  const refresh = late(refused)
  script(test, dual({ 'POST /auth/refresh': refresh.wait, 'GET /api/posts': knownBy(secret('a2'), []) }))
  const api = client(dualToken, localStorage)
  await api.signIn(ada)
  const call = api.get('/api/posts')
  await refresh.asked
  const faster = { ...JSON.parse(kept.getItem(key)), access: secret('a2'), refresh: secret('r2') }
  kept.setItem(key, JSON.stringify(faster))
  refresh.go()
  await call
  assert.deepEqual(JSON.parse(kept.getItem(key)), faster)
  assert.deepEqual((await api.get('/api/posts')).data, [])
})

test('a call that is repeated after a renewal still mirrors its cookie', async (test) => {
  const { document } = page(test)
  document.cookie = 'xsrf=m1'
  const dialect = { ...dualToken, csrf: { kind: 'mirrored', cookie: 'xsrf', header: 'X-XSRF' } }
  const { sent } = script(
    test,
    dual({ 'POST /auth/refresh': () => flagged(pair(2)), 'POST /api/posts': knownBy(secret('a2'), 1) }),
  )
  const api = client(dialect)
  await api.signIn(ada)
  assert.equal((await api.post('/api/posts', {})).data, 1)
  const posts = sent.filter(({ url }) => url.endsWith('/api/posts'))
  assert.deepEqual(
    posts.map(({ headers }) => headers.get('x-xsrf')),
    ['m1', 'm1'],
  )
})
