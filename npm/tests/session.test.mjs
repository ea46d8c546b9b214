import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, RequestError } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { nextAuthV4 } from 'twinfetch/dialects/next-auth-v4'
import { appUrl, baseUrl, html, json, script, signedIn } from './scripted.mjs'

const client = (options) => createClient({ dialect: authjs, appUrl, baseUrl, ...options })

test('a session document is an authenticated session', async (test) => {
  const { count } = script(test, { 'GET /api/auth/session': json(signedIn) })
  const api = client()
  const session = await api.getSession()
  assert.equal(session.status, 'authenticated')
  assert.deepEqual(session.user, signedIn.user)
  assert.equal(session.accessToken, signedIn.accessToken)
  assert.equal(session.expires, signedIn.expires)
  assert.deepEqual(session.claims, signedIn)
  assert.equal(api.getSnapshot(), session)
  assert.equal(await api.getSession(), session)
  assert.equal(count('GET /api/auth/session'), 1)
  await api.getSession({ fresh: true })
  assert.equal(count('GET /api/auth/session'), 2)
})

test('null and an empty object are an anonymous session', async (test) => {
  for (const body of [null, {}]) {
    script(test, { 'GET /api/auth/session': json(body) })
    assert.deepEqual(await client().getSession(), { status: 'anonymous' })
  }
})

test('a failure is an unknown session with its cause, never a sign-out', async (test) => {
  const failures = [
    [json({ message: 'db-7 is down' }, { status: 500 }), 'server_failed'],
    [json({}, { status: 503 }), 'server_failed'],
    [html(), 'session_malformed'],
    [html(500), 'server_failed'],
    [undefined, 'network_failed'],
  ]
  for (const [answer, code] of failures) {
    script(test, { 'GET /api/auth/session': answer })
    const session = await client().getSession()
    assert.equal(session.status, 'unknown', code)
    assert(session.error instanceof RequestError)
    assert.equal(session.error.code, code)
    assert.doesNotMatch(session.error.message, /db-7|internal/)
  }
})

test('a session read that takes too long leaves the session unknown', async (test) => {
  const { timeout } = AbortSignal
  test.after(() => {
    AbortSignal.timeout = timeout
  })
  AbortSignal.timeout = () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 10)
    return controller.signal
  }
  script(test, { 'GET /api/auth/session': () => new Promise(() => {}) })
  const session = await client().getSession()
  assert.deepEqual([session.status, session.error.code], ['unknown', 'timed_out'])
})

test('a call with an unknown session fails with the cause and does not reach the backend', async (test) => {
  const { count } = script(test, { 'GET /api/auth/session': html(503), 'GET /api/posts': json([]) })
  const { error } = await client().get('/api/posts')
  assert.equal(error.code, 'server_failed')
  assert.equal(count('GET /api/posts'), 0)
})

test('the first subscriber reads the session, and every change is told', async (test) => {
  let document = signedIn
  script(test, { 'GET /api/auth/session': () => json(document) })
  const api = client()
  const seen = []
  const told = new Promise((resolve) => {
    const unsubscribe = api.subscribe(() => {
      seen.push(api.getSnapshot().status)
      resolve(unsubscribe)
    })
  })
  const unsubscribe = await told
  assert.deepEqual(seen, ['authenticated'])
  await api.getSession()
  assert.deepEqual(seen, ['authenticated'])
  document = null
  await api.getSession({ fresh: true })
  assert.deepEqual(seen, ['authenticated', 'anonymous'])
  unsubscribe()
  document = signedIn
  await api.getSession({ fresh: true })
  assert.deepEqual(seen, ['authenticated', 'anonymous'])
})

test('a listener that throws is reported as uncaught, and harms no call and no other listener', async (test) => {
  const { queueMicrotask } = globalThis
  const reports = []
  globalThis.queueMicrotask = (task) =>
    queueMicrotask(() => {
      try {
        task()
      } catch (thrown) {
        reports.push(thrown.message)
      }
    })
  test.after(() => {
    globalThis.queueMicrotask = queueMicrotask
  })
  script(test, { 'GET /api/auth/session': json(signedIn), 'GET /a': json([1]) })
  const api = client()
  const seen = []
  api.subscribe(() => {
    throw new Error('of the listener')
  })
  api.subscribe(() => seen.push(api.getSnapshot().status))
  assert.deepEqual((await api.get('/a')).data, [1])
  assert.deepEqual(seen, ['authenticated'])
  assert.deepEqual(reports, ['of the listener'])
})

/** Lets one test believe that it runs in a page. */
const page = (test) => {
  const listeners = []
  Object.assign(globalThis, {
    location: { origin: appUrl },
    addEventListener: (type, listener) => type === 'storage' && listeners.push(listener),
  })
  const RealChannel = globalThis.BroadcastChannel
  const opened = []
  globalThis.BroadcastChannel = class extends RealChannel {
    constructor(name) {
      super(name)
      opened.push(this)
      this.unref()
    }
  }
  test.after(() => {
    delete globalThis.location
    delete globalThis.addEventListener
    for (const channel of opened) channel.close()
    globalThis.BroadcastChannel = RealChannel
  })
  return { listeners, RealChannel }
}

test('a message of another tab makes a shown session be read again', async (test) => {
  const { RealChannel } = page(test)
  let document = signedIn
  const { count } = script(test, { 'GET /api/auth/session': () => json(document) })
  const api = client({ appUrl: undefined })
  await api.getSession()
  const other = new RealChannel('next-auth')
  test.after(() => other.close())
  document = null
  const changed = new Promise((resolve) => {
    api.subscribe(() => api.getSnapshot().status === 'anonymous' && resolve())
  })
  other.postMessage({ event: 'session', data: { trigger: 'signout' } })
  await changed
  assert.equal(count('GET /api/auth/session'), 2)
})

test('a storage event of another tab is a notice in next-auth v4', async (test) => {
  const { listeners } = page(test)
  const { count } = script(test, { 'GET /api/auth/session': () => json(signedIn) })
  const api = client({ dialect: nextAuthV4 })
  await api.getSession()
  assert.equal(listeners.length, 1)
  listeners[0]({ key: 'something.else' })
  await api.getSession()
  assert.equal(count('GET /api/auth/session'), 1)
  listeners[0]({ key: 'nextauth.message' })
  await api.getSession()
  assert.equal(count('GET /api/auth/session'), 2)
})

test('reading a session sends no message to other tabs', async (test) => {
  const { RealChannel } = page(test)
  script(test, { 'GET /api/auth/session': json(signedIn) })
  const heard = []
  const other = new RealChannel('next-auth')
  other.onmessage = ({ data }) => heard.push(data)
  test.after(() => other.close())
  await client().getSession()
  const marker = new RealChannel('next-auth')
  test.after(() => marker.close())
  const arrived = new Promise((resolve) => {
    other.onmessage = ({ data }) => {
      heard.push(data)
      resolve()
    }
  })
  marker.postMessage('marker')
  await arrived
  assert.deepEqual(heard, ['marker'])
})
