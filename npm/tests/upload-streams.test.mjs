import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { requests } from './requests.mjs'
import { baseUrl, json, script } from './scripted.mjs'

const good = (data) => ({ success: true, data })

test('a stream is counted as the network takes it', async (test) => {
  const taken = []
  script(test, {
    'POST /files': async (request) => {
      for await (const piece of request.body) taken.push(piece.byteLength)
      return json(good(taken.length))
    },
  })
  let now = 0
  test.mock.method(performance, 'now', () => (now += 200))
  const told = []
  const api = createClient({ dialect: dualToken, appUrl: baseUrl, baseUrl })
  const pieces = Array.from({ length: 4 }, () => new Uint8Array(50_000))
  const stream = ReadableStream.from(pieces)
  const { data } = await api.upload('/files', stream, { onProgress: (progress) => told.push(progress) })
  assert.deepEqual([data, taken], [4, [50_000, 50_000, 50_000, 50_000]])
  assert.deepEqual(told[0], { sent: 0 })
  assert.deepEqual([told.at(-1).sent, told.at(-1).total], [200_000, 200_000])
  assert(told.length > 2 && told.every(({ sent }, index) => sent >= (told[index - 1]?.sent ?? 0)))
})

test('a stream which the network stops taking ends, and its source is let go', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  let cancelled = false
  const stream = new ReadableStream(
    {
      pull: (controller) => controller.enqueue(new Uint8Array(1_000)),
      cancel: () => {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  script(test, {
    'POST /files': async (request) => {
      const reader = request.body.getReader()
      await reader.read()
      test.mock.timers.tick(1_000)
      await reader.closed
    },
  })
  const api = createClient({ dialect: dualToken, appUrl: baseUrl, baseUrl, idleTimeout: 1_000 })
  const { error } = await api.upload('/files', stream)
  assert.deepEqual([error.code, error.sent], ['response_timed_out', 'maybe'])
  assert(cancelled)
})

test('a page says what to do where no stream can be sent', async (test) => {
  requests(test, [])
  const calls = script(test, {})
  const upload = async (url) =>
    createClient({ dialect: dualToken, baseUrl: url }).upload('/files', new Blob(['a']).stream())
  const { error } = await upload('http://api.test')
  assert.deepEqual([error.code, error.sent], ['call_invalid', 'unsent'])
  assert.match(error.message, /HTTP\/2.*File or a Blob/)
  const { Request } = globalThis
  // As Safari has it: the stream is taken for a text.
  globalThis.Request = class extends Request {
    constructor(url, init) {
      super(url, init.body instanceof ReadableStream ? { ...init, body: String(init.body) } : init)
    }
  }
  test.after(() => {
    globalThis.Request = Request
  })
  assert.equal((await upload(baseUrl)).error.code, 'call_invalid')
  assert.equal(calls.sent.length, 0)
})
