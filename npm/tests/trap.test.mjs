import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { appUrl, baseUrl, held, json, script, signedIn } from './scripted.mjs'

/** Keeps the memory of every instance that is started, so that a test can break a running one as a defect would. */
const memories = (test) => {
  const real = WebAssembly.instantiate
  const started = []
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await real(module, imports)
    // Node's own fetch starts a wasm too.
    if ('_' in imports) started.push(instance.exports.memory)
    return instance
  }
  test.after(() => {
    WebAssembly.instantiate = real
  })
  return started
}

const smash = (memory) => new Uint8Array(memory.buffer).fill(0xff)

test('a trap settles every pending call with a typed error, and the next call works', async (test) => {
  const uncaught = []
  const note = (error) => uncaught.push(error)
  process.on('uncaughtException', note)
  test.after(() => process.off('uncaughtException', note))
  const started = memories(test)
  const answer = held()
  const asked = held()
  const answers = {
    'GET /api/auth/session': json(signedIn),
    'GET /api/posts': () => {
      asked.resolve()
      return answer.promise
    },
  }
  script(test, answers)
  const api = createClient({ dialect: authjs, appUrl, baseUrl })
  const session = await api.getSession()
  const pending = [api.get('/api/posts'), api.get('/api/posts'), api.post('/api/posts', {})]
  await asked.promise
  smash(started[0])
  answer.resolve(json([]))
  for (const { error } of await Promise.all(pending)) {
    assert.deepEqual([error.kind, error.code], ['internal', 'core_panicked'])
  }
  assert.equal(api.getSnapshot(), session)

  answers['GET /api/posts'] = json([{ id: 2 }])
  const { data, error } = await api.get('/api/posts')
  assert.deepEqual([data, error], [[{ id: 2 }], undefined])
  assert.equal(started.length, 2)
  assert.deepEqual(uncaught, [])
})

test('what comes for a call after the trap of another is let go', async (test) => {
  const started = memories(test)
  const late = held()
  const asked = held()
  const written = []
  script(test, {
    'GET /api/auth/session': json(signedIn),
    'GET /late': () => {
      asked.resolve()
      return late.promise
    },
    'GET /file': () => new Response('letters', { headers: { 'content-type': 'text/csv' } }),
  })
  const api = createClient({ dialect: authjs, appUrl, baseUrl })
  await api.getSession()
  const pending = api.get('/late')
  await asked.promise
  const aborted = held()
  const to = new WritableStream({
    write: (piece) => {
      written.push(piece)
      smash(started[0])
    },
    abort: aborted.resolve,
  })
  assert.equal((await api.download('/file', { to })).error.code, 'core_panicked')
  assert.equal((await aborted.promise).code, 'core_panicked')
  assert.equal((await pending).error.code, 'core_panicked')
  late.resolve(json([]))
  // A loop that nothing ends would let nobody else have a turn.
  await new Promise(setImmediate)
  assert.equal(written.length, 1)
  assert.equal((await api.getSession({ fresh: true })).status, 'authenticated')
})

test('a trap in a call’s own first step is the same typed error', async (test) => {
  const started = memories(test)
  script(test, { 'GET /api/auth/session': json(signedIn) })
  const api = createClient({ dialect: authjs, appUrl, baseUrl })
  await api.getSession()
  smash(started[0])
  const { error } = await api.get('/api/posts')
  assert.equal(error.code, 'core_panicked')
  const after = await api.getSession()
  assert.equal(after.status, 'authenticated')
})

test('one client’s trap leaves the other clients alone', async (test) => {
  const started = memories(test)
  script(test, { 'GET /api/auth/session': json(signedIn), 'GET /api/posts': json([]) })
  const [one, other] = [0, 1].map(() => createClient({ dialect: authjs, appUrl, baseUrl }))
  await one.getSession()
  await other.getSession()
  smash(started[0])
  assert.equal((await one.get('/api/posts')).error.code, 'core_panicked')
  assert.deepEqual((await other.get('/api/posts')).data, [])
})
