import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { oauthCookie } from 'twinfetch/dialects/oauth-cookie'
import { singleUser } from 'twinfetch/dialects/single-user'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const client = (dialect, options) => createClient({ dialect, appUrl, baseUrl, ...options })
const flagged = (data) => json({ success: true, data, message: 'ok' })
const thrower = {
  get email() {
    throw new Error('hostile')
  },
}

test('an entry that somebody else wrote into storage is no token, and keeps nobody from signing in', async (test) => {
  const { localStorage } = page(test, '/', { storage: 'localStorage' })
  script(test, {
    'POST /auth/login': () => flagged({ accessToken: secret('a1'), refreshToken: secret('r1') }),
    'GET /auth/me': () => flagged({ id: 1 }),
  })
  for (const entry of [
    '{',
    '5',
    '"x"',
    '{"access":5}',
    '{"access":{}}',
    '{"access":["a"]}',
    '{"access":"a b"}',
    '{"access":"a\\r\\nx: y"}',
    '{"access":"a","refresh":5}',
  ]) {
    localStorage.setItem(`twinfetch:${baseUrl}`, entry)
    const api = client(dualToken, { storage: 'localStorage' })
    assert.deepEqual(await api.getSession(), { status: 'anonymous' }, entry)
    assert.equal((await api.signIn({ email: 'ada' })).data?.status, 'authenticated', entry)
  }
})

test('what needs a page says so where there is none, and other calls go on', async (test) => {
  const asked = held()
  const answer = held()
  script(test, {
    'GET /x': () => {
      asked.resolve()
      return answer.promise
    },
  })
  const api = client(oauthCookie)
  const call = api.get('/x')
  await asked.promise
  assert.equal((await api.signInWithRedirect({ returnTo: '/' })).error.code, 'call_invalid')
  assert.equal((await client(singleUser).signInWithLink()).error.code, 'call_invalid')
  answer.resolve(json(1))
  assert.equal((await call).data, 1)
})

test('values that throw when they are read are refused, and end nothing else', async (test) => {
  page(test)
  const { sent } = script(test, {})
  assert.equal((await client(dualToken).signIn(thrower)).error.code, 'call_invalid')
  for (const returnTo of [thrower, Object.create(null), 5]) {
    assert.equal((await client(oauthCookie).signInWithRedirect({ returnTo })).error.code, 'call_invalid')
  }
  const api = client(dualToken)
  await api.getSession()
  for (const code of [null, undefined, 5, {}, { length: 2 ** 31 }, Symbol('x')])
    assert.equal(api.can(code), false)
  assert.equal(sent.length, 0)
})

test('a link below a path that looks like another host is cleaned as well', async (test) => {
  const { location, history } = page(test)
  location.href = `${appUrl}//evil.test/x?token=t1#top`
  const replace = history.replaceState
  history.replaceState = (state, title, address) => {
    // As a browser does.
    if (new URL(address, location).origin !== location.origin) throw new DOMException('', 'SecurityError')
    replace(state, title, address)
  }
  script(test, { 'GET /auth/me': () => json({ code: 0, data: { user: { username: 'ada' } } }) })
  const { data } = await client(singleUser).signInWithLink()
  assert.equal(data.user.username, 'ada')
  assert.equal(location.href, `${appUrl}//evil.test/x#top`)
})
