// What a page does when it is looked at again, online again, or shown again by the browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { cookieJwt } from 'twinfetch/dialects/cookie-jwt'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { eventfulPage } from './page.mjs'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const client = (dialect, options) => createClient({ dialect, appUrl, baseUrl, ...options })
const cookie = (read) => ({ 'GET /auth/session': read })
const coded = (data) => json({ code: 0, data, message: 'OK' })
const nobody = () => json({ code: -1, message: 'nobody' }, { status: 401 })

/** Waits until a client shows this state. */
const shows = (api, status) =>
  new Promise((resolve) => {
    const look = () => api.getSnapshot().status === status && resolve()
    api.subscribe(look)
    look()
  })

test('a page that is looked at again, or online again, reads its session once in five seconds', async (test) => {
  const { document, dispatch } = eventfulPage(test)
  const { count } = script(
    test,
    cookie(() => coded({ user: { id: 1 } })),
  )
  test.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const api = client(cookieJwt)
  await api.getSession()
  const reads = () => count('GET /auth/session')
  // Nobody looks.
  dispatch('visibilitychange')
  await api.getSession()
  assert.equal(reads(), 1)

  const seen = []
  api.subscribe(() => seen.push(api.getSnapshot().status))
  const again = async (type, later) => {
    test.mock.timers.setTime(Date.now() + later)
    dispatch(type)
    await api.getSession()
    return reads()
  }
  assert.equal(await again('visibilitychange', 6_000), 2)
  assert.equal(await again('online', 1_000), 2)
  assert.equal(await again('visibilitychange', 3_900), 2)
  assert.equal(await again('online', 200), 3)
  document.hidden = true
  assert.equal(await again('visibilitychange', 6_000), 3)
  document.hidden = false
  globalThis.navigator.onLine = false
  assert.equal(await again('visibilitychange', 6_000), 3)
  // It is the same session: nobody is told anything.
  assert.deepEqual(seen, [])
})

test('a page that is looked at again shows who has signed out meanwhile', async (test) => {
  const { dispatch } = eventfulPage(test)
  const answers = [() => coded({ user: { id: 1 } }), nobody]
  script(
    test,
    cookie(() => (answers.length > 1 ? answers.shift() : answers[0])()),
  )
  const api = client(cookieJwt)
  await shows(api, 'authenticated')
  dispatch('visibilitychange')
  await shows(api, 'anonymous')
})

test('what the user may do stays known when a page is looked at again', async (test) => {
  const { dispatch } = eventfulPage(test)
  const read = held()
  let reads = 0
  const { count } = script(test, {
    'GET /auth/session': () => {
      reads += 1
      if (reads === 2) read.resolve()
      return coded({ user: { id: 1 } })
    },
    'GET /auth/permissions': () => coded(['account.user.read']),
  })
  const api = client(cookieJwt)
  await shows(api, 'authenticated')
  await api.permissions()
  dispatch('visibilitychange')
  await read.promise
  await api.getSession()
  assert.equal(api.can('account.user.read'), true)
  // A session that is read because it may be another has its permissions asked anew.
  await api.getSession({ fresh: true })
  assert.equal(api.can('account.user.read'), false)
  await new Promise((resolve) => api.subscribe(() => api.can('account.user.read') && resolve()))
  assert.equal(count('GET /auth/permissions'), 2)
})

test('a page that the browser kept shows no user of a cookie before it has been read', async (test) => {
  const { dispatch } = eventfulPage(test)
  const go = held()
  const answers = [() => coded({ user: { id: 1 } }), () => go.promise.then(nobody)]
  script(
    test,
    cookie(() => answers.shift()()),
  )
  const api = client(cookieJwt)
  await api.getSession()
  const seen = []
  api.subscribe(() => seen.push(api.getSnapshot().status))
  dispatch('pageshow', { persisted: false })
  assert.equal(api.getSnapshot().status, 'authenticated')
  dispatch('pageshow', { persisted: true })
  await null
  await shows(api, 'loading')
  go.resolve()
  await shows(api, 'anonymous')
  assert.deepEqual(seen, ['loading', 'anonymous'])
})

test('a page that the browser kept goes on at once with the tokens it had, and drops a user whose tokens are gone', async (test) => {
  const { dispatch, localStorage } = eventfulPage(test)
  const flagged = (data) => json({ success: true, data, message: 'ok' })
  script(test, {
    'POST /auth/login': () => flagged({ accessToken: secret('a1'), refreshToken: secret('r1') }),
    'GET /auth/me': () => flagged({ id: 1 }),
  })
  const api = client(dualToken, { storage: 'localStorage' })
  await api.signIn({ email: 'ada@example.com', password: secret('password') })
  const seen = []
  api.subscribe(() => seen.push(api.getSnapshot().status))
  const frame = () => new Promise((resolve) => setImmediate(resolve))
  dispatch('pageshow', { persisted: true })
  await frame()
  await api.getSession()
  assert.deepEqual(seen, [])
  localStorage.clear()
  dispatch('pageshow', { persisted: true })
  // Before the first frame, and without asking anybody.
  await frame()
  assert.equal(api.getSnapshot().status, 'anonymous')
  assert.ok(!seen.includes('authenticated'))
})
