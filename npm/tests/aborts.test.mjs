// Stops calls at every moment that there is, and looks for what is left of them.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { page } from './page.mjs'
import { appUrl, baseUrl, json, script, signedIn } from './scripted.mjs'

const flagged = (data) => json({ success: true, data })
const refused = () => json({ success: false, data: null }, { status: 401 })

/** Every moment: a number of turns of the event loop, and in the last one a number of microtasks. */
const moment = async (number) => {
  for (let turn = Math.floor(number / MICROTASKS); turn > 0; turn -= 1) await setImmediate()
  for (let microtask = number % MICROTASKS; microtask > 0; microtask -= 1) await undefined
}
const MICROTASKS = 40

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

/** What a body is as long as somebody reads it, and after. */
const bodies = () => {
  const open = new Set()
  return {
    open,
    of: (text, signal) => {
      const parts = [...text]
      const body = new ReadableStream(
        {
          async pull(controller) {
            await setImmediate()
            const part = parts.shift()
            if (part) return controller.enqueue(new TextEncoder().encode(part))
            open.delete(body)
            controller.close()
          },
          cancel: () => open.delete(body),
        },
        { highWaterMark: 0 },
      )
      if (!signal.aborted) open.add(body)
      // As `fetch` does it.
      signal.addEventListener('abort', () => open.delete(body))
      return new Response(body, { headers: { 'content-type': 'application/json' } })
    },
  }
}

/** Keeps the memory of the wasm instances that a test starts. */
const memories = (test) => {
  const real = WebAssembly.instantiate
  const started = []
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await real(module, imports)
    if ('_' in imports) started.push(instance.exports.memory)
    return instance
  }
  test.after(() => {
    WebAssembly.instantiate = real
  })
  return started
}

/** Makes calls and stops each a moment later than the one before, until one comes to its end. */
const stopEverywhere = async (begin) => {
  const idle = timers()
  const stopped = { sent: {}, attempts: {} }
  for (let number = 0; ; number += 1) {
    const controller = new AbortController()
    const { signal } = controller
    const { call, requests, end } = await begin(signal)
    let settled = false
    const watched = call.finally(() => {
      settled = true
    })
    await moment(number)
    const late = settled
    controller.abort()
    const { data, error } = await watched
    if (late) {
      assert.notEqual(data, undefined, error?.code)
      return { ...stopped, moments: number }
    }
    await end?.()
    const what = `moment ${number}: ${error?.logDetail()}`
    assert.equal(getEventListeners(signal, 'abort').length, 0, `listeners, ${what}`)
    assert.equal(timers(), idle, `timers, ${what}`)
    if (!error) continue
    assert.equal(error.code, 'aborted', what)
    assert.equal(error.attempts, requests(), what)
    assert.equal(error.sent === 'unsent', requests() === 0, what)
    for (const part of ['sent', 'attempts'])
      stopped[part][error[part]] = (stopped[part][error[part]] ?? 0) + 1
  }
}

test('F-47 a call that is stopped ends at once wherever it is, says how far it was, and leaves nothing', async (test) => {
  page(test)
  test.mock.method(Math, 'random', () => 0)
  const { of, open } = bodies()
  let answers = []
  let posts = 0
  script(test, {
    'GET /api/auth/session': async () => {
      await setImmediate()
      return json({ ...signedIn, accessToken: `token-${Math.floor(performance.now() * 1e6)}` })
    },
    'PUT /posts': async ({ signal }) => {
      posts += 1
      const answer = answers.shift()
      await setImmediate()
      return answer(signal)
    },
  })
  const begin = async (signal) => {
    answers = [refused, () => json({}, { status: 503 }), (signal) => of('[{"id":1}]', signal)]
    posts = 0
    const api = createClient({ dialect: authjs, appUrl, baseUrl, idleTimeout: 5_000 })
    return {
      call: api.put('/posts', {}, { signal }),
      requests: () => posts,
      // What others wait for comes to its end without the one who has left.
      end: async () => {
        for (let turn = 0; turn < 20; turn += 1) await setImmediate()
        assert.equal(open.size, 0, 'a body is read by nobody')
      },
    }
  }
  const { moments, sent, attempts } = await stopEverywhere(begin)
  test.diagnostic(`${moments} moments; sent: ${JSON.stringify(sent)}, attempts: ${JSON.stringify(attempts)}`)
  assert.deepEqual(Object.keys(attempts), ['0', '1', '2', '3'])
  assert.deepEqual(Object.keys(sent).sort(), ['acknowledged', 'maybe', 'unsent'])
})

test('F-47 a renewal goes on for the others when the call that began it is stopped', async (test) => {
  page(test)
  let pair = 0
  script(test, {
    'POST /auth/login': () => flagged({ accessToken: 'a0', refreshToken: 'r0' }),
    'GET /auth/me': () => flagged({ id: 1 }),
    'POST /auth/refresh': async () => {
      await setImmediate()
      pair += 1
      return flagged({ accessToken: `a${pair}`, refreshToken: `r${pair}` })
    },
    'GET /posts': ({ headers }) =>
      headers.get('authorization') === `Bearer a${pair}` && pair > 0 ? flagged([]) : refused(),
  })
  let stopped = 0
  for (let number = 0; number < 200; number += 5) {
    pair = 0
    const api = createClient({ dialect: dualToken, appUrl, baseUrl })
    await api.signIn({ email: 'ada' })
    const controller = new AbortController()
    const first = api.get('/posts', { signal: controller.signal })
    const other = api.get('/posts')
    await moment(number)
    controller.abort()
    assert.deepEqual((await other).data, [], `moment ${number}`)
    assert.equal(pair, 1)
    if ((await first).error?.code === 'aborted') stopped += 1
  }
  assert(stopped > 5, `${stopped} were stopped`)
})

test('F-47 thousands of stopped calls cost no memory', async (test) => {
  const started = memories(test)
  script(test, { 'GET /slow': () => new Promise(() => {}) })
  const api = createClient({ dialect: dualToken, appUrl, baseUrl })
  const stop = async (calls) => {
    for (let call = 0; call < calls; call += 1) {
      const controller = new AbortController()
      const slow = api.get('/slow', { signal: controller.signal })
      await setImmediate()
      controller.abort()
      assert.equal((await slow).error.code, 'aborted')
    }
  }
  await stop(100)
  const before = started[0].buffer.byteLength
  await stop(1_500)
  test.diagnostic(
    `${before} bytes of wasm after 100 stopped calls, ${started[0].buffer.byteLength} after 1600`,
  )
  assert.equal(started[0].buffer.byteLength, before)
})
