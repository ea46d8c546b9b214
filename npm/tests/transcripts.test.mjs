// The transcripts of the dialects and of the systems, played against the built package: tests/vectors/systems/README.md.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { playTranscript } from './transcripts-player.mjs'
import { isTold } from './transcripts-script.mjs'

const root = new URL('../../', import.meta.url)
const read = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'))
const names = (folder) => readdirSync(new URL(folder, root)).filter((name) => name.endsWith('.json'))

const dialects = 'crates/core/dialects/'
const systems = 'tests/vectors/systems/'
const isPlayed = ({ only, acts, script }) => only !== 'server' && (acts !== undefined || isTold(script))

for (const file of [...names(dialects).map((name) => dialects + name), 'docs/django.json']) {
  const dialect = read(file)
  for (const example of dialect.examples.filter(isPlayed)) {
    test(`${file}: ${example.it}`, (test) => playTranscript(test, dialect, example))
  }
}

for (const transcript of read('tests/vectors/failures.json').transcripts.filter(isPlayed)) {
  const { dialect, row, it } = transcript
  test(`${row} ${it}`, (test) => playTranscript(test, read(`${dialects}${dialect}.json`), transcript))
}

const played = []
for (const name of names(systems).filter((name) => name !== 'rows.json')) {
  for (const transcript of read(systems + name).transcripts.filter(isPlayed)) {
    const { dialect, row, it } = transcript
    test(`${row} ${it}`, async (test) => {
      await playTranscript(test, read(`${dialects}${dialect}.json`), transcript)
      played.push({ row, it, passed: true })
    })
  }
}

after(() => {
  assert(played.length >= 60, `only ${played.length} transcripts were played`)
  const target = new URL(`${process.env.CARGO_TARGET_DIR ?? 'target'}/systems/`, root)
  mkdirSync(target, { recursive: true })
  rmSync(new URL('npm.json', target), { force: true })
  writeFileSync(new URL('npm.json', target), `${JSON.stringify(played, null, 2)}\n`)
})
