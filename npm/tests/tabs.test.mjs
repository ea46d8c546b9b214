// Several tabs of one app: here several clients with one storage.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { eventfulPage } from './page.mjs'
import { appUrl, baseUrl, held, json, script } from './scripted.mjs'

const client = () => createClient({ dialect: dualToken, appUrl, baseUrl, storage: 'localStorage' })
const flagged = (data, init) => json({ success: true, data, message: 'ok' }, init)
const refused = () => json({ success: false, data: null, message: 'expired' }, { status: 401 })
const pair = (number) => ({ accessToken: secret(`a${number}`), refreshToken: secret(`r${number}`) })
const ada = { email: 'ada@example.com', password: secret('password') }
const key = `twinfetch:${baseUrl}`
const lease = `${key} renewal`

const dual = (more) => ({
  'POST /auth/login': () => flagged(pair(1)),
  'GET /auth/me': () => flagged({ id: 1 }),
  'POST /auth/logout': () => flagged(null),
  ...more,
})

const knownBy = (token, data) => (request) =>
  request.headers.get('authorization') === `Bearer ${token}` ? flagged(data) : refused()

/** Renews `r1` once; who shows it again is told that it is dead, as by a server which rotates. */
const rotation = () => {
  let spent = false
  return () => {
    if (spent) return refused()
    spent = true
    return flagged(pair(2))
  }
}

test('five tabs without locks renew once, and all take over what came', async (test) => {
  const { localStorage } = eventfulPage(test)
  const everybodyRefused = held()
  const renew = rotation()
  let refusals = 0
  const { count } = script(
    test,
    dual({
      'POST /auth/refresh': () => everybodyRefused.promise.then(renew),
      'GET /api/posts': (request) => {
        const answer = knownBy(secret('a2'), [1])(request)
        if (answer.status === 401) refusals += 1
        if (refusals === 5) everybodyRefused.resolve()
        return answer
      },
    }),
  )
  const tabs = [client(), client(), client(), client(), client()]
  await tabs[0].signIn(ada)
  await Promise.all(tabs.map((api) => api.getSession()))
  const answers = await Promise.all(tabs.map((api) => api.get('/api/posts')))
  assert.deepEqual(
    answers.map(({ data }) => data),
    Array(5).fill([1]),
  )
  assert.equal(count('POST /auth/refresh'), 1)
  assert.equal(localStorage.getItem(lease), null)
})

test('the lease of a tab that has died ends, and one of a clock that was set back is none', async (test) => {
  const { localStorage } = eventfulPage(test)
  for (const end of [Date.now() + 500, Date.now() - 1, Date.now() + 3_600_000, Number.NaN]) {
    const { count } = script(
      test,
      dual({ 'POST /auth/refresh': rotation(), 'GET /api/posts': knownBy(secret('a2'), [1]) }),
    )
    const api = client()
    await api.signIn(ada)
    localStorage.setItem(lease, `somebody ${end}`)
    assert.deepEqual((await api.get('/api/posts')).data, [1])
    assert.equal(count('POST /auth/refresh'), 1)
    assert.equal(localStorage.getItem(lease), null)
  }
})

test('a tab whose lease another has taken leaves it to that one', async (test) => {
  const { localStorage } = eventfulPage(test)
  const [asked, go] = [held(), held()]
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
  const api = client()
  await api.signIn(ada)
  const call = api.get('/api/posts')
  await asked.promise
  const taken = `somebody ${Date.now() + 4000}`
  localStorage.setItem(lease, taken)
  go.resolve()
  await call
  assert.equal(localStorage.getItem(lease), taken)
})

test('where nothing more can be kept the tokens are renewed without a lease', async (test) => {
  const { localStorage } = eventfulPage(test)
  script(test, dual({ 'POST /auth/refresh': rotation(), 'GET /api/posts': knownBy(secret('a2'), [1]) }))
  const api = client()
  await api.signIn(ada)
  const setItem = localStorage.setItem.bind(localStorage)
  localStorage.setItem = (name, value) => {
    if (name === lease) throw new DOMException('full', 'QuotaExceededError')
    setItem(name, value)
  }
  assert.deepEqual((await api.get('/api/posts')).data, [1])
  assert.equal(JSON.parse(localStorage.getItem(key)).refresh, secret('r2'))
})

test('a turn that does not come fails the call for its time, and nobody is signed out', async (test) => {
  const asked = []
  const locks = {
    request: async (name, { signal }) => {
      asked.push([name, signal instanceof AbortSignal])
      throw new DOMException('too late', 'TimeoutError')
    },
  }
  eventfulPage(test, locks)
  const { count } = script(test, dual({ 'GET /api/posts': refused }))
  const api = client()
  await api.signIn(ada)
  const { error } = await api.get('/api/posts')
  assert.equal(error.code, 'timed_out')
  assert.equal(api.getSnapshot().status, 'authenticated')
  assert.equal(count('POST /auth/refresh'), 0)
  assert.deepEqual(asked, [[key, true]])
})

test('where locks are refused a lease does', async (test) => {
  const request = async () => {
    throw new DOMException('not here', 'SecurityError')
  }
  eventfulPage(test, { request })
  const { count } = script(
    test,
    dual({ 'POST /auth/refresh': rotation(), 'GET /api/posts': knownBy(secret('a2'), [1]) }),
  )
  const [first, second] = [client(), client()]
  await first.signIn(ada)
  const answers = await Promise.all([first, second].map((api) => api.get('/api/posts')))
  assert(answers.every(({ data }) => data?.length === 1))
  assert.equal(count('POST /auth/refresh'), 1)
})

/** What another tab has kept while this one renewed, and who is signed in here then. */
const meanwhile = {
  'another user': [{ access: 'g1', refresh: 'h1', mark: 'of grace' }, { id: 'g1' }],
  'a newer pair of the same sign-in': [{ access: secret('a3'), refresh: secret('r3') }, { id: secret('a3') }],
  nobody: [undefined, undefined],
}
for (const [who, [entry, user]] of Object.entries(meanwhile)) {
  test(`what a renewal brings never overwrites ${who} whom another tab has kept meanwhile`, async (test) => {
    const { localStorage } = eventfulPage(test)
    const [asked, go] = [held(), held()]
    script(
      test,
      dual({
        'POST /auth/refresh': async () => {
          asked.resolve()
          await go.promise
          return flagged(pair(2))
        },
        'GET /auth/me': ({ headers }) => flagged({ id: headers.get('authorization').slice(7) }),
        'GET /api/posts': refused,
      }),
    )
    const api = client()
    await api.signIn(ada)
    const call = api.get('/api/posts')
    await asked.promise
    const { mark } = JSON.parse(localStorage.getItem(key))
    const text = JSON.stringify({ mark, ...entry })
    // The event that tells of it comes late, or never.
    if (entry) localStorage.setItem(key, text)
    else localStorage.removeItem(key)
    go.resolve()
    await call
    assert.equal(localStorage.getItem(key), entry ? text : null)
    const session = await api.getSession({ fresh: true })
    assert.deepEqual(session.user, user)
  })
}

test('what tabs say to each other holds no token and no user', async (test) => {
  const said = []
  eventfulPage(test)
  globalThis.BroadcastChannel = class extends EventTarget {
    postMessage(message) {
      said.push(JSON.stringify(message))
    }
  }
  script(test, dual({ 'POST /auth/refresh': rotation(), 'GET /api/posts': knownBy(secret('a2'), [1]) }))
  const api = client()
  await api.signIn(ada)
  await api.get('/api/posts')
  await api.signOut()
  assert.equal(said.length, 2)
  for (const text of said) assert.doesNotMatch(text, /CANARY|ada|"id":1\b/)
})

test('a channel keeps no process alive', async (test) => {
  eventfulPage(test)
  const channels = []
  globalThis.BroadcastChannel = class extends EventTarget {
    constructor() {
      super()
      channels.push(this)
    }
    unref() {
      this.left = true
    }
  }
  script(test, dual())
  await client().getSession()
  assert.deepEqual(
    channels.map(({ left }) => left),
    [true],
  )
})
