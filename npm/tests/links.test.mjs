import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { oauthCookie } from 'twinfetch/dialects/oauth-cookie'
import { singleUser } from 'twinfetch/dialects/single-user'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, json, script } from './scripted.mjs'

const client = (dialect, options) => createClient({ dialect, appUrl, baseUrl, ...options })
const coded = (data) => json({ code: 0, data, message: 'OK' })

test('a link signs its bearer in and is cleaned', async (test) => {
  const { location } = page(test, `/welcome?token=${secret('q1')}&lang=zh#token=${secret('l1')}&top`)
  script(test, { 'GET /auth/me': () => coded({ user: { username: 'admin' } }) })
  const api = client(singleUser)
  const { data } = await api.signInWithLink()
  assert.equal(data.accessToken, secret('l1'))
  assert.equal(location.href, `${appUrl}/welcome?lang=zh#top`)
  assert.equal(await api.signInWithLink(), undefined)
})

test('a link whose token is dead signs nobody in, and is cleaned as well', async (test) => {
  const { location } = page(test, `/#token=${secret('l1')}`)
  script(test, { 'GET /auth/me': () => json({ code: 401, message: '未授权' }, { status: 401 }) })
  const { error } = await client(singleUser).signInWithLink()
  assert.equal(error.code, 'sign_in_refused')
  assert.equal(location.href, `${appUrl}/`)
})

test('a refused call leads to the sign-in page once, with the way back', async (test) => {
  const { visited } = page(test, '/posts?page=2#top')
  script(test, {
    'GET /api/v1/journeys': () => json({ statusCode: 401, message: '未登录' }, { status: 401 }),
  })
  const api = client(oauthCookie, { signInPage: '/login' })
  await Promise.all([api.get('/api/v1/journeys'), api.get('/api/v1/journeys')])
  assert.deepEqual(visited, ['/login?returnTo=%2Fposts%3Fpage%3D2%23top'])
})

test('the way to the provider leads back to the app, and nowhere else', async (test) => {
  const { visited } = page(test, '/posts')
  const api = client(oauthCookie)
  await api.signInWithRedirect()
  assert.deepEqual(visited, [`${baseUrl}/api/auth/google?returnTo=%2Fposts`])
  const { error } = await api.signInWithRedirect({ returnTo: 'https://evil.test/' })
  assert.equal(error.code, 'call_invalid')
  assert.equal(visited.length, 1)
})
