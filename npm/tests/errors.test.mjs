import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createClient, RequestError } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { secret } from '../../tests/canary/search.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, held, json, script, signedIn } from './scripted.mjs'

const client = (options) => createClient({ dialect: dualToken, appUrl, baseUrl, retry: 0, ...options })
const problem = (body, status) => json(body, { status, 'content-type': 'application/problem+json' })

const funds = {
  type: 'https://api.test/problems/funds',
  title: 'Not enough funds',
  detail: 'Your balance is 30.',
  instance: '/account/12',
  balance: 30,
  accounts: ['/account/12'],
}

test('a log gets what a call was and how it went, and a user the message', async (test) => {
  script(test, {
    'GET /orders/7': () => json({ success: false }, { status: 503, 'x-request-id': 'r-1' }),
  })
  const { error } = await client().get('/orders/7', { query: { token: secret('query') } })
  const parts = {
    code: 'server_failed',
    method: 'GET',
    route: '/orders/7',
    origin: baseUrl,
    status: 503,
    sent: 'acknowledged',
    attempts: 1,
    requestId: 'r-1',
  }
  assert.deepEqual(JSON.parse(JSON.stringify(error)), parts)
  assert.equal(
    error.logDetail(),
    'code=server_failed method=GET route=/orders/7 origin=https://api.test status=503 sent=acknowledged attempts=1 requestId=r-1',
  )
  assert.equal(error.message, 'The server could not answer. Please try again later.')
  assert.equal(`${error}`, `RequestError: ${error.message}`)
})

test('nothing of a query, a token, a header or a body is in what a log gets', async (test) => {
  page(test)
  const words = secret('body')
  script(test, {
    'POST /auth/login': () =>
      json({ success: true, data: { accessToken: secret('a1'), refreshToken: secret('r1') } }),
    'GET /auth/me': () => json({ success: true, data: { id: 1 } }),
    'POST /orders': () => problem({ ...funds, detail: words, title: words, own: words }, 422),
  })
  const api = client()
  await api.signIn({ password: secret('password') })
  const options = { query: { token: secret('query') }, headers: { 'x-mine': secret('header') } }
  const { error } = await api.post(`/orders?x=${secret('query')}`, { a: words }, options)
  assert.deepEqual([error.message, error.problem.members.own], [words, words])
  for (const shown of [JSON.stringify(error), error.logDetail(), inspect(error, { depth: 9 }), error.stack]) {
    assert.doesNotMatch(shown, /CANARY|funds|account/)
    assert.match(shown, /rejected/)
  }
  // What the user may see is the backend's own words, and so nothing for the search after this test.
  for (const name of ['message', 'problem']) Object.defineProperty(error, name, { value: undefined })
})

test('an address outside the backend is not repeated to a log', async (test) => {
  script(test, {})
  const api = client()
  for (const [path, route] of [
    [`${baseUrl}/a/b?c#d`, '/a/b'],
    [new URL('/a?b', baseUrl), '/a'],
    ['https://ada:lovelace@evil.test/a', undefined],
    [`${baseUrl}@evil.test/a`, undefined],
    ['//evil.test/a', undefined],
    ['javascript:alert(1)', undefined],
    [Object.create(null), undefined],
    [undefined, undefined],
  ]) {
    const { error } = await api.get(path)
    assert.equal(error.toJSON().route, route, String(route))
  }
})

test('a problem document is there with the members that are the server’s own', async (test) => {
  script(test, {
    'GET /a': () => problem(funds, 403),
    'GET /b': () => problem({ title: 7 }, 400),
    'GET /c': () => json({ title: 'no problem' }, { status: 400 }),
  })
  const { balance, accounts, ...standard } = funds
  const { error } = await client().get('/a')
  assert.deepEqual(error.problem, { ...standard, members: funds })
  assert.equal(error.message, funds.detail)
  assert.deepEqual((await client().get('/b')).error.problem, { type: 'about:blank', members: { title: 7 } })
  assert.equal((await client().get('/c')).error.problem, undefined)
})

test('a call that ends before it is sent was not sent, whatever was asked for it before', async (test) => {
  const { count } = script(test, {
    'GET /api/auth/session': () => json({}, { status: 503, 'x-request-id': 'of the session' }),
  })
  const { error } = await client({ dialect: authjs, retry: 0 }).post('/a', {})
  assert.deepEqual(
    [error.code, error.status, error.sent, error.attempts],
    ['server_failed', 503, 'unsent', 0],
  )
  assert.equal(count('POST /a'), 0)
  const early = await client().post('/a', {}, { signal: AbortSignal.abort() })
  assert.deepEqual([early.error.code, early.error.sent, early.error.attempts], ['aborted', 'unsent', 0])
  const wrong = await client().post('/a', 10n)
  assert.deepEqual([wrong.error.code, wrong.error.sent, wrong.error.attempts], ['call_invalid', 'unsent', 0])
})

test('whoever gives up on an update while it is on its way is told that it may have been made', async (test) => {
  const asked = held()
  const answer = held()
  script(test, {
    'GET /api/auth/session': json(signedIn),
    'GET /api/auth/csrf': json({ csrfToken: 'c1' }),
    'POST /api/auth/session': () => {
      asked.resolve()
      return answer.promise
    },
  })
  const api = client({ dialect: authjs })
  const controller = new AbortController()
  const update = api.update({ name: 'Grace' }, { signal: controller.signal })
  await asked.promise
  controller.abort()
  const { error } = await update
  answer.resolve(json(signedIn))
  assert.deepEqual([error.code, error.sent, error.toJSON().method], ['aborted', 'maybe', 'update'])
})

test('an error can be made of a few parts for a component under test', () => {
  const error = new RequestError({ kind: 'forbidden', code: 'forbidden', message: 'No.', retryable: false })
  assert.deepEqual([error.message, error.sent, error.attempts], ['No.', 'unsent', 0])
  assert.equal(error.logDetail(), 'code=forbidden sent=unsent attempts=0')
  assert(error instanceof Error)
})
