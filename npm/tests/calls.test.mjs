import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, RequestError } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { secret } from '../../tests/canary/search.mjs'
import { appUrl, baseUrl, held, html, json, script, signedIn } from './scripted.mjs'

const client = (options) => createClient({ dialect: authjs, appUrl, baseUrl, ...options })
const session = { 'GET /api/auth/session': json(signedIn) }

test('twenty calls at once read the session once and carry its token', async (test) => {
  const { sent, count } = script(test, { ...session, 'GET /api/posts': json([{ id: 1 }]) })
  const api = client()
  const results = await Promise.all(Array.from({ length: 20 }, () => api.get('/api/posts')))
  for (const { data, error, status } of results)
    assert.deepEqual([data, error, status], [[{ id: 1 }], undefined, 200])
  assert.equal(count('GET /api/auth/session'), 1)
  assert.equal(count('GET /api/posts'), 20)
  for (const { url, headers } of sent) {
    assert.equal(
      headers.get('authorization'),
      url.startsWith(baseUrl) ? `Bearer ${signedIn.accessToken}` : null,
    )
  }
})

test('methods, query, headers and bodies arrive as given', async (test) => {
  const bodies = []
  const record = async (request) => {
    bodies.push([request.method, request.headers.get('content-type'), await request.text()])
    return json({ ok: true }, { status: request.method === 'POST' ? 201 : 200 })
  }
  const { sent } = script(test, {
    ...session,
    'GET /api/posts': record,
    'POST /api/posts': record,
    'PUT /api/posts': record,
    'PATCH /api/posts': record,
    'DELETE /api/posts': record,
  })
  const api = client()
  await api.get('/api/posts', {
    query: { tag: ['a b', 'c'], page: 2, draft: false, none: null },
    headers: { 'x-mine': '1' },
  })
  const created = await api.post('/api/posts', { title: 'ä' })
  assert.equal(created.status, 201)
  await api.put('/api/posts', 'plain')
  await api.patch('/api/posts', new URLSearchParams({ a: '1' }))
  await api.delete('/api/posts')
  const get = sent.find(({ url }) => url.includes('tag='))
  assert.equal(new URL(get.url).search.replaceAll('%20', '+'), '?tag=a+b&tag=c&page=2&draft=false')
  assert.equal(get.headers.get('x-mine'), '1')
  assert.deepEqual(
    bodies.map(([method, , body]) => [method, body]),
    [
      ['GET', ''],
      ['POST', '{"title":"ä"}'],
      ['PUT', 'plain'],
      ['PATCH', 'a=1'],
      ['DELETE', ''],
    ],
  )
  assert.match(bodies[1][1], /^application\/json/)
  assert.match(bodies[3][1], /^application\/x-www-form-urlencoded/)
})

test('a body is read as what was asked for', async (test) => {
  script(test, {
    ...session,
    'GET /a': () => new Response('{"a":1}', { headers: { 'content-type': 'application/json' } }),
  })
  const api = client()
  assert.equal((await api.get('/a', { as: 'text' })).data, '{"a":1}')
  assert.equal(await (await api.get('/a', { as: 'blob' })).data.text(), '{"a":1}')
  assert.deepEqual(await (await api.get('/a', { as: 'response' })).data.json(), { a: 1 })
})

test('every refusal is one typed error that can be shown', async (test) => {
  const { sent } = script(test, {
    ...session,
    'GET /401': json({ message: 'no' }, { status: 401 }),
    'GET /403': json({}, { status: 403 }),
    'GET /404': json({}, { status: 404, 'x-request-id': 'r-404' }),
    'GET /422': json({ message: 'The title is missing.' }, { status: 422 }),
    'GET /429': json({}, { status: 429, 'retry-after': '7' }),
    'GET /500': json({ message: 'db-7 is down', stack: 'secret' }, { status: 500 }),
    'GET /page': html(),
  })
  const api = client()
  const cases = [
    ['/401', 'unauthorized', 'unauthorized', 401],
    ['/403', 'forbidden', 'forbidden', 403],
    ['/404', 'not_found', 'not_found', 404],
    ['/422', 'rejected', 'rejected', 422],
    ['/429', 'rate_limited', 'rate_limited', 429],
    ['/500', 'status', 'server_failed', 500],
    ['/page', 'decode', 'unexpected_content_type', 200],
    ['/offline', 'network', 'network_failed', undefined],
  ]
  for (const [path, kind, code, status] of cases) {
    const result = await api.get(path, { query: { token: 'hidden' } })
    assert(result.error instanceof RequestError, path)
    assert.equal(result.data, undefined)
    assert.deepEqual([result.error.kind, result.error.code, result.error.status], [kind, code, status], path)
    assert.doesNotMatch(
      `${result.error.message}${JSON.stringify(result.error)}`,
      /db-7|secret|hidden|token-of-ada/,
    )
  }
  assert.equal((await api.get('/422')).error.message, 'The title is missing.')
  assert.equal((await api.get('/404')).requestId, 'r-404')
  const limited = (await api.get('/429')).error
  assert.deepEqual([limited.retryAfter, limited.retryable], [7000, true])
  assert(sent.length > 0)
})

test('an address outside the backend is refused, and nothing is sent', async (test) => {
  const { sent } = script(test, session)
  for (const path of ['https://evil.test/', '//evil.test/', 'javascript:1', '\\\\evil.test']) {
    const { error } = await client().get(path)
    assert.equal(error?.kind, 'config', path)
  }
  assert.deepEqual(
    sent.filter(({ url }) => !url.startsWith(appUrl)),
    [],
  )
})

test('a signal stops a call before and while it runs', async (test) => {
  const waiting = held()
  script(test, {
    ...session,
    'GET /slow': () => {
      waiting.resolve()
      return new Promise(() => {})
    },
  })
  const api = client()
  const before = await api.get('/slow', { signal: AbortSignal.abort() })
  assert.equal(before.error.code, 'aborted')
  const controller = new AbortController()
  const call = api.get('/slow', { signal: controller.signal })
  await waiting.promise
  controller.abort()
  assert.equal((await call).error.kind, 'aborted')
})

test('a call that takes too long is a timeout, not an abort', async (test) => {
  script(test, { ...session, 'GET /slow': () => new Promise(() => {}) })
  const { error } = await client().get('/slow', { timeout: 20 })
  assert.deepEqual([error.kind, error.code, error.retryable], ['timeout', 'timed_out', true])
})

test('a file is sent as a form with its name', async (test) => {
  const forms = []
  script(test, {
    ...session,
    'POST /api/files': async (request) => {
      const file = (await request.formData()).get('file')
      forms.push([file.name, await file.text()])
      return json({ size: file.size }, { status: 201 })
    },
  })
  const { data } = await client().upload('/api/files', new File(['abc'], '报告.txt'))
  assert.deepEqual([data, forms], [{ size: 3 }, [['报告.txt', 'abc']]])
})

test('where there is no page an app URL is asked for', async (test) => {
  script(test, session)
  const { error } = await createClient({ dialect: authjs, baseUrl }).get('/api/posts')
  assert.equal(error.code, 'config_invalid')
  assert.match(error.message, /appUrl/)
})

test('a limit that no timer can wait is no limit', async (test) => {
  script(test, { ...session, 'GET /a': json([]) })
  assert.deepEqual((await client({ timeout: 1e12 }).get('/a')).data, [])
})

test('a token that the backend refuses is read again, and a newer one is tried once', async (test) => {
  let reads = 0
  const { count } = script(test, {
    'GET /api/auth/session': () => {
      reads += 1
      return json({ ...signedIn, accessToken: `token-${reads}` })
    },
    'GET /a': (request) =>
      request.headers.get('authorization') === 'Bearer token-2' ? json('new') : json({}, { status: 401 }),
  })
  const api = client()
  const answers = await Promise.all([api.get('/a'), api.get('/a'), api.get('/a')])
  assert.deepEqual(
    answers.map(({ data }) => data),
    ['new', 'new', 'new'],
  )
  assert.equal(count('GET /api/auth/session'), 2)
})

test('one caller’s abort leaves the session read to the others', async (test) => {
  const answer = held()
  script(test, { 'GET /api/auth/session': () => answer.promise, 'GET /a': json([]) })
  const api = client()
  const controller = new AbortController()
  const stopped = api.get('/a', { signal: controller.signal })
  const other = api.get('/a')
  controller.abort()
  assert.equal((await stopped).error.code, 'aborted')
  answer.resolve(json(signedIn))
  assert.deepEqual((await other).data, [])
})

test('a body without a JSON form is refused by the client', async (test) => {
  script(test, session)
  const round = {}
  round.self = round
  for (const body of [round, () => {}, 10n]) {
    assert.equal((await client().post('/a', body)).error.code, 'call_invalid')
  }
})

test('arguments of the wrong type fail one call and leave the others alone', async (test) => {
  const answer = held()
  script(test, { ...session, 'GET /slow': () => answer.promise })
  const api = client()
  await api.getSession()
  const other = api.get('/slow')
  for (const path of [undefined, null, 5, {}, Object.create(null)]) {
    assert.equal((await api.get(path)).error.code, 'call_invalid', String(typeof path))
  }
  for (const options of [{ query: { x: Object.create(null) } }, { headers: { 'x-a': 'a\nb' } }]) {
    assert.equal((await api.get('/a', options)).error.code, 'call_invalid')
  }
  answer.resolve(json('unharmed'))
  assert.equal((await other).data, 'unharmed')
})

test('headers may be anything that fetch takes, and an address may be a URL below the base', async (test) => {
  const { sent } = script(test, { ...session, 'GET /a': json([]) })
  const api = client()
  for (const headers of [new Headers({ 'X-Mine': '1' }), [['x-mine', '1']], { 'x-mine': 1 }, null]) {
    assert.deepEqual((await api.get(new URL('/a', baseUrl), { headers, query: null })).data, [])
  }
  const mine = sent.filter(({ url }) => url.startsWith(baseUrl)).map(({ headers }) => headers.get('x-mine'))
  assert.deepEqual(mine, ['1', '1', '1', null])
})

test('a stream, which can be sent once only, is not sent again with a newer token', async (test) => {
  let reads = 0
  const { count } = script(test, {
    'GET /api/auth/session': () => {
      reads += 1
      return json({ ...signedIn, accessToken: `token-${reads}` })
    },
    'POST /a': () => json({}, { status: 401 }),
  })
  const { error } = await client().post('/a', new Blob(['abc']).stream())
  assert.equal(error.code, 'unauthorized')
  assert.deepEqual([count('POST /a'), reads], [1, 2])
})

test('a refused call is not repeated as another user, who has signed in meanwhile', async (test) => {
  const documents = [signedIn, { ...signedIn, user: { name: 'Grace' }, accessToken: secret('grace') }]
  const { sent } = script(test, {
    'GET /api/auth/session': () => json(documents.shift()),
    'POST /a': () => json({ message: 'The token was revoked.' }, { status: 401 }),
  })
  const { error } = await client().post('/a', { title: 'of Ada' })
  assert.deepEqual([error.code, error.message], ['unauthorized', 'The token was revoked.'])
  const tokens = sent
    .filter(({ method }) => method === 'POST')
    .map(({ headers }) => headers.get('authorization'))
  assert.deepEqual(tokens, [`Bearer ${signedIn.accessToken}`])
})
