import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { cookieJwt } from 'twinfetch/dialects/cookie-jwt'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { oauthCookie } from 'twinfetch/dialects/oauth-cookie'
import { singleUser } from 'twinfetch/dialects/single-user'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const client = (dialect, options) => createClient({ dialect, appUrl, baseUrl, ...options })
const flagged = (data, init) => json({ success: true, data, message: 'ok' }, init)
const refused = (status, message, headers) =>
  json({ success: false, data: null, message }, { status, ...headers })
const coded = (data) => json({ code: 0, data, message: 'OK' })
const pair = (number) => ({
  accessToken: secret(`a${number}`),
  refreshToken: secret(`r${number}`),
  user: { id: 1 },
})
const ada = { email: 'ada@example.com', password: secret('password') }
const key = `twinfetch:${baseUrl}`

const dual = (more) => ({
  'POST /auth/login': () => flagged(pair(1)),
  'GET /auth/me': () => flagged({ id: 1, email: ada.email }),
  'POST /auth/logout': () => flagged(null),
  ...more,
})

test('a sign-in gives the session, keeps the tokens in memory and sends the access token as bearer', async (test) => {
  const { localStorage } = page(test)
  const { sent } = script(test, dual({ 'GET /api/posts': flagged([]) }))
  const api = client(dualToken)
  const { data, error } = await api.signIn(ada)
  assert.equal(error, undefined)
  assert.deepEqual(data.user, { id: 1, email: ada.email })
  assert.equal(data.accessToken, secret('a1'))
  assert.equal(api.getSnapshot(), data)
  assert.deepEqual((await api.get('/api/posts')).data, [])
  assert.deepEqual(JSON.parse(await sent[0].text()), ada)
  assert.equal(sent[0].headers.get('authorization'), null)
  assert.equal(sent.at(-1).headers.get('authorization'), `Bearer ${secret('a1')}`)
  assert.equal(localStorage.length, 0)
})

test('a refused sign-in says what the backend says, and nobody is signed in', async (test) => {
  script(test, { 'POST /auth/login': refused(401, '邮箱或密码错误') })
  const api = client(dualToken)
  const { error } = await api.signIn(ada)
  assert.equal(error.code, 'sign_in_refused')
  assert.equal(error.message, '邮箱或密码错误')
  assert.deepEqual(await api.getSession(), { status: 'anonymous' })
})

test('credentials that are no object are refused before anything is sent', async (test) => {
  const { sent } = script(test, {})
  const { error } = await client(dualToken).signIn('ada')
  assert.equal(error.code, 'call_invalid')
  assert.equal(sent.length, 0)
})

test('nobody is asked who is signed in while there is no token', async (test) => {
  const { sent } = script(test, {})
  assert.deepEqual(await client(dualToken).getSession(), { status: 'anonymous' })
  assert.equal(sent.length, 0)
})

test('two hundred refused calls renew once and are repeated with the new token', async (test) => {
  page(test)
  const { count, sent } = script(
    test,
    dual({
      'POST /auth/refresh': () => flagged(pair(2)),
      'GET /api/posts': ({ headers }) =>
        headers.get('authorization') === `Bearer ${secret('a2')}` ? flagged([1]) : refused(401, 'expired'),
    }),
  )
  const api = client(dualToken)
  await api.signIn(ada)
  const answers = await Promise.all(Array.from({ length: 200 }, () => api.get('/api/posts')))
  assert(answers.every(({ data }) => data?.length === 1))
  assert.equal(count('POST /auth/refresh'), 1)
  assert(sent.every(({ headers }) => !headers.get('authorization')?.includes(secret('r1'))))
})

test('a dead refresh token ends the session and clears what was kept', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  script(
    test,
    dual({
      'POST /auth/refresh': () => refused(401, 'dead'),
      'GET /api/posts': () => refused(401, 'expired'),
    }),
  )
  const api = client(dualToken, { storage: 'localStorage' })
  await api.signIn(ada)
  assert.equal(localStorage.length, 1)
  const { error } = await api.get('/api/posts')
  assert.equal(error.code, 'unauthorized')
  assert.deepEqual(api.getSnapshot(), { status: 'anonymous' })
  assert.equal(localStorage.length, 0)
})

test('a renewal that is rate limited says how long to wait, is not hammered, and signs nobody out', async (test) => {
  page(test)
  const { count } = script(
    test,
    dual({
      'POST /auth/refresh': () => refused(429, '请求过于频繁', { 'retry-after': '30' }),
      'GET /api/posts': () => refused(401, 'expired'),
    }),
  )
  const api = client(dualToken)
  await api.signIn(ada)
  for (let time = 0; time < 3; time += 1) {
    const { error } = await api.get('/api/posts')
    assert.equal(error.code, 'rate_limited')
    assert.equal(error.retryAfter, 30_000)
  }
  assert.equal(count('POST /auth/refresh'), 1)
  assert.equal(api.getSnapshot().status, 'authenticated')
})

test('tokens in localStorage outlive the page, and sign-out clears them', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  const { sent } = script(test, dual({ 'GET /api/posts': () => flagged([]) }))
  await client(dualToken, { storage: 'localStorage' }).signIn(ada)
  assert.equal(JSON.parse(localStorage.getItem(key)).refresh, secret('r1'))

  const later = client(dualToken, { storage: 'localStorage' })
  await later.get('/api/posts')
  assert.equal(sent.at(-1).headers.get('authorization'), `Bearer ${secret('a1')}`)
  assert.deepEqual(await later.signOut(), { data: { serverTold: true } })
  assert.deepEqual(JSON.parse(await sent.at(-1).text()), { refreshToken: secret('r1') })
  assert.equal(localStorage.length, 0)
  assert.deepEqual(await later.getSession(), { status: 'anonymous' })
})

test('the cookie holds the access token alone, and is the fallback', async (test) => {
  const { document, localStorage } = page(test, '/', { storage: ['localStorage', 'cookie'] })
  script(test, {
    'POST /auth/login': () => coded({ token: secret('t1'), expiresAt: 1 }),
    'GET /auth/me': () => coded({ user: { username: 'admin' } }),
  })
  const storage = ['localStorage', 'cookie']
  await client(singleUser, { storage }).signIn({ password: 'admin123' })
  assert.equal(document.cookie, `token=${secret('t1')}`)
  localStorage.clear()
  const session = await client(singleUser, { storage }).getSession()
  assert.equal(session.accessToken, secret('t1'))
})

test('storage that is full keeps nobody from being signed in', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  localStorage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const { sent } = script(
    test,
    dual({
      'POST /auth/refresh': () => flagged(pair(2)),
      'GET /api/posts': ({ headers }) =>
        headers.get('authorization') === `Bearer ${secret('a2')}` ? flagged([]) : refused(401, 'expired'),
    }),
  )
  const api = client(dualToken, { storage: 'localStorage' })
  await api.signIn(ada)
  assert.deepEqual((await api.get('/api/posts')).data, [])
  assert.equal(sent.at(-1).headers.get('authorization'), `Bearer ${secret('a2')}`)
})

test('a sign-out that the server cannot hear succeeds here and says so', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  script(test, dual({ 'POST /auth/logout': undefined }))
  const api = client(dualToken, { storage: 'localStorage' })
  await api.signIn(ada)
  const { data } = await api.signOut()
  assert.equal(data.serverTold, false)
  assert.equal(data.cause.code, 'network_failed')
  assert.deepEqual(api.getSnapshot(), { status: 'anonymous' })
  assert.equal(localStorage.length, 0)
})

test('after a sign-out that the server did not hear the cookie is kept back', async (test) => {
  page(test)
  const { sent } = script(test, {
    'GET /auth/session': () => coded({ user: { id: 1 } }),
    'GET /account/users': () => coded([]),
  })
  const api = client(cookieJwt)
  assert.equal((await api.getSession()).status, 'authenticated')
  assert.equal(sent[0].credentials, 'include')
  assert.equal((await api.signOut()).data.serverTold, false)
  assert.deepEqual(await api.getSession({ fresh: true }), { status: 'anonymous' })
  await api.get('/account/users')
  assert.equal(sent.at(-1).credentials, 'omit')
})

test('a session read that began before a sign-out never revives the session', async (test) => {
  page(test)
  const late = held()
  let reads = 0
  script(test, {
    'GET /api/auth/session': () => {
      reads += 1
      return reads === 1 ? late.promise : json(null)
    },
    'GET /api/auth/csrf': () => json({ csrfToken: 'c' }),
    'POST /api/auth/signout': () => json({ url: appUrl }),
  })
  const api = client(authjs)
  const reading = api.getSession()
  assert.deepEqual(await api.signOut(), { data: { serverTold: true } })
  late.resolve(json({ user: { name: 'Ada' }, accessToken: 'a' }))
  assert.deepEqual(await reading, { status: 'anonymous' })
  assert.deepEqual(api.getSnapshot(), { status: 'anonymous' })
  assert.deepEqual(await api.getSession({ fresh: true }), { status: 'anonymous' })
})

test('refused credentials are recognised in the addresses that Auth.js answers with', async (test) => {
  const error = `${appUrl}/signin?error=CredentialsSignin&code=credentials`
  const { sent } = script(test, {
    'GET /api/auth/csrf': () => json({ csrfToken: 'c' }),
    'POST /api/auth/callback/credentials': () => json({ url: error }),
  })
  const { error: failure } = await client(authjs).signIn({ username: 'ada', password: 'x' })
  assert.equal(failure.code, 'sign_in_refused')
  assert.deepEqual(Object.fromEntries(await sent[1].formData()), {
    csrfToken: 'c',
    json: 'true',
    callbackUrl: appUrl,
    username: 'ada',
    password: 'x',
  })
})

test('what the user may do is asked once, and those who show it are told', async (test) => {
  page(test)
  const { count } = script(test, {
    'GET /auth/session': () => coded({ user: { id: 1 } }),
    'GET /auth/permissions': () => coded(['account.user.read']),
  })
  const api = client(cookieJwt)
  await api.getSession()
  const told = new Promise((resolve) => api.subscribe(() => api.can('account.user.read') && resolve()))
  assert.equal(api.can('account.user.read'), false)
  await told
  assert.equal(api.can('account.user.delete'), false)
  assert.equal(count('GET /auth/permissions'), 1)
  assert.deepEqual(await api.permissions(), { data: { codes: ['account.user.read'] } })
})

test('the sign-in page does not lead to itself, also not where the server added a slash', async (test) => {
  for (const at of ['/login', '/login/', '/login?returnTo=%2F']) {
    const { visited } = page(test, at)
    script(test, { 'GET /x': json({}, { status: 401 }) })
    assert.equal((await client(oauthCookie, { signInPage: '/login' }).get('/x')).error.code, 'unauthorized')
    assert.deepEqual(visited, [], at)
  }
  for (const signInPage of [
    '/login?a',
    '/login#a',
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'login',
  ]) {
    assert.throws(() => client(oauthCookie, { signInPage }), { code: 'config_invalid' }, signInPage)
  }
})

test('a sign-out that the dialect knows no way to tell succeeds here', async (test) => {
  page(test)
  const { signOut: _, ...dialect } = dualToken
  script(test, dual())
  const api = client(dialect)
  await api.signIn(ada)
  const { data } = await api.signOut()
  assert.equal(data.serverTold, false)
  assert.equal(data.cause.code, 'config_invalid')
  assert.deepEqual(await api.getSession(), { status: 'anonymous' })
})

test('a verb that the dialect does not have says so', async (test) => {
  const { sent } = script(test, {})
  const api = client(oauthCookie)
  for (const verb of ['signIn', 'register', 'update']) {
    const { error } = await api[verb](ada)
    assert.equal(error.code, 'config_invalid')
    assert.match(error.message, new RegExp(`no field ${verb}`))
  }
  assert.equal(sent.length, 0)
})
