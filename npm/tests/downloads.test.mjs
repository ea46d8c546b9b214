// The transcripts of tests/vectors/downloads.json on the wasm; how they are read, and the same ones on the core natively, is in
// crates/core/tests/downloads. What was kept by a process before is a server's alone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { secret } from '../../tests/canary/search.mjs'
import { coreInstance } from './core-instance.mjs'

const root = new URL('../../', import.meta.url)
const read = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'))
const dialect = read('crates/core/dialects/dual-token.json')
const { transcripts } = read('tests/vectors/downloads.json')

/** Chance at its highest, so that every wait is the longest. */
const random = Math.random
Math.random = () => 1 - 2 ** -53
after(() => {
  Math.random = random
})

const play = async ({ script, ends, received, status, stream, attempts = 3, asked, filtered }) => {
  const core = await coreInstance()
  core.open(dialect, new URL('https://api.test'), new URL('https://app.test'), 60_000, attempts)
  core.restore(secret('a1'), secret('r1'), false)
  const flight = core.download('/export', [], asked, stream !== true, attempts)

  const lines = [...script]
  let line = {}
  let waited
  /** What was taken: of which file it is, and up to which byte. */
  let taken
  let isKept = false

  const perform = {
    send: ({ headers, url }) => {
      assert.equal(isKept, line.takes !== undefined, JSON.stringify(line))
      assert.equal(waited, line.waits, `the wait after ${JSON.stringify(line)}`)
      waited = undefined
      line = lines.shift() ?? assert.fail('more is asked for')
      isKept = false
      const sent = new Headers(headers)
      assert.equal(url, 'https://api.test/export')
      assert.equal(sent.get('range') ?? undefined, line.asks)
      assert.equal(sent.get('if-range') ?? undefined, line.under)
      assert.equal(sent.get('authorization'), `Bearer ${secret(line.bearer ?? 'a1')}`)
      if (line.fails !== undefined) return { code: line.fails }
      return { status: line.answer.status, headers: new Headers(line.answer.headers), filtered }
    },
    read: ({ what }) => (what === 'document' ? { document: line.answer.body } : {}),
    renew: () => {
      assert(line.renews !== undefined, 'it renews')
      if (line.renews !== null) core.restore(secret(line.renews), undefined, true)
      return {}
    },
    take: ({ anew, received: at, total, filename }) => {
      assert.equal(anew ? 'anew' : 'on', line.takes, JSON.stringify(line))
      assert.deepEqual([at, total ?? null], [line.at, line.total], JSON.stringify(line))
      assert.equal(filename, line.name ?? asked ?? 'export')
      if (anew) assert(!(stream && taken), 'a stream begins anew')
      else assert.equal(taken?.of, line.of, 'a file is made of two')
      const before = anew ? 0 : taken.end
      assert.equal(line.at, before, 'bytes are lost, or come twice')
      taken = { of: line.of, end: before + line.brings }
      isKept = true
      return { received: line.brings, ...(line.breaks && { code: line.breaks }) }
    },
    wait: ({ milliseconds }) => {
      waited = milliseconds
      return {}
    },
  }

  let step = core.advance(flight, undefined, 0, 1e9)
  while (perform[step.is]) step = core.advance(flight, perform[step.is](step), 0, 1e9)
  core.end(flight)
  assert.equal(step.is === 'done' ? 'done' : step.error?.code, ends)
  assert.equal(isKept, line.takes !== undefined, JSON.stringify(line))
  assert.deepEqual(lines, [], 'less was asked for')
  if (status !== undefined) assert.equal(step.error.status, status)
  if (ends === 'done') assert.equal(taken.end, received)
}

let played = 0
for (const transcript of transcripts.filter(({ kept }) => kept === undefined)) {
  test(`${transcript.row} ${transcript.it}`, async () => {
    await play(transcript)
    played += 1
  })
}
after(() => assert(played >= 90, `only ${played} transcripts were played`))
