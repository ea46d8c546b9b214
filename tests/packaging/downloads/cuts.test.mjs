import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestSaved, randomOf, visit } from './page.mjs'
import { digest, pieces } from './sample.mjs'
import { json, send, startServer } from './server.mjs'

const length = 3_000_007
const sha256 = await digest(pieces(0, length))

test('F-72 a connection cut at 50 random places is gone on with, and the file has its every byte', async (test) => {
  const random = randomOf(5)
  const cuts = Array.from({ length: 50 }, () => 1 + random(length - 1))
  let cut = 0
  const server = await startServer(test, {
    '/file': (call) => send(call, { length, cut: call.from ? undefined : cut }),
  })
  const { page } = await visit(test, server)
  for (const [number, place] of cuts.entries()) {
    cut = place
    const sink = ['handle', 'stream', 'directory', 'browser'][number % 4]
    const before = server.of('/file').length
    const saving = sink === 'browser' ? page.waitForEvent('download') : undefined
    const {
      error,
      sha256: came,
      progress,
    } = await page.evaluate(([sink]) => window.save('/file', sink), [sink])
    assert.equal(error, undefined, `${place} ${JSON.stringify(error)}`)
    assert.equal(saving ? await digestSaved(await saving) : came, sha256, `${place}`)
    const asked = server.of('/file').slice(before)
    assert.deepEqual(
      asked.map(({ headers }) => [headers.range, headers['if-range']]),
      [
        [undefined, undefined],
        [`bytes=${place}-`, '"edition-0"'],
      ],
    )
    const { received, total } = progress.at(-1)
    assert.deepEqual([progress[0].received, received, total], [0, length, length])
  }
})

test('F-72 a download that is cut 50 times goes on each time', async (test) => {
  const random = randomOf(6)
  const server = await startServer(test, {
    '/file': (call) => send(call, { length, cut: call.number > 50 ? undefined : 1 + random(50_000) }),
  })
  const { page } = await visit(test, server)
  for (const sink of ['handle', 'stream']) {
    const before = server.of('/file').length
    const { error, sha256: came } = await page.evaluate((sink) => window.save('/file', sink), sink)
    assert.deepEqual([error, came], [undefined, sha256])
    assert.equal(server.of('/file').length - before, sink === 'handle' ? 51 : 1)
  }
})

test('F-72 a token that ends within a download of 100 parts is renewed once, and nobody notices', async (test) => {
  const parts = 100
  const fresh = 'Bearer of-ada-2'
  let renewals = 0
  const server = await startServer(test, {
    '/auth/refresh': (call) => {
      renewals += 1
      return json({ success: true, data: { accessToken: 'of-ada-2', refreshToken: 'r2' } })(call)
    },
    '/file': (call) => {
      const { authorization } = call.request.headers
      // From the fiftieth part on the first token is refused.
      if (call.from > length / 2 && authorization !== fresh) {
        return json({ success: false, message: 'expired' }, 401)(call)
      }
      const end = Math.min(length, call.from + Math.ceil(length / parts))
      return call.from ? send(call, { length, end }) : send(call, { length, cut: end })
    },
  })
  const { page } = await visit(test, server)
  const { error, sha256: came } = await page.evaluate(() => window.save('/file', 'handle'))
  assert.deepEqual([error, came, renewals], [undefined, sha256, 1])
  assert.equal(server.of('/file').length, parts + 1)
})
