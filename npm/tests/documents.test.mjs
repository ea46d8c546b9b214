// The TypeScript of docs/dialects.md and docs/files.md: compiled, and the former run as it stands there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createClient } from 'twinfetch'
import { page } from './page.mjs'
import { json, script } from './scripted.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}generated/documents/`
const { examples, ...django } = JSON.parse(readFileSync(`${root}../docs/django.json`, 'utf8'))

/** Writes the examples of a document, and has their types checked. */
const compile = (document, count) => {
  rmSync(folder, { recursive: true, force: true })
  const text = readFileSync(`${root}../docs/${document}`, 'utf8')
  const blocks = [...text.matchAll(/^```tsx?\n\/\/ (\S+)\n([\s\S]*?)^```/gm)]
  assert.equal(blocks.length, count)
  for (const [, name, code] of blocks) {
    mkdirSync(dirname(folder + name), { recursive: true })
    writeFileSync(folder + name, code)
  }
  const types = { extends: '../../tests/types/tsconfig.bundler.json', files: [], include: ['.'] }
  writeFileSync(`${folder}tsconfig.json`, JSON.stringify(types))
  try {
    execFileSync(`${root}node_modules/.bin/tsc`, ['--project', folder], { stdio: 'pipe' })
  } catch (failed) {
    assert.fail(String(failed.stdout))
  }
}

test('what docs/dialects.md says in TypeScript compiles and works', async (test) => {
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  compile('dialects.md', 2)

  const entry = { entryPoints: [`${folder}lib/api.ts`, `${folder}lib/django.ts`], outdir: `${folder}out` }
  await build({ ...entry, bundle: true, format: 'esm', platform: 'node', packages: 'external' })
  const shown = await import(`${folder}out/django.js`)
  assert.deepEqual(shown.django, django)
  assert(examples.length >= 5)

  const { document } = page(test)
  document.cookie = 'csrftoken=c1'
  const { sent } = script(test, {
    'POST /api/notes/': ({ headers }) =>
      headers.get('x-csrftoken') === 'c1'
        ? json({ id: 1 }, { status: 201 })
        : json({ detail: 'CSRF Failed: CSRF token missing.' }, { status: 403 }),
  })
  const { note } = await import(`${folder}out/api.js`)
  assert.equal(await note('hello'), undefined)
  assert.deepEqual(await sent[0].json(), { text: 'hello' })
  document.cookie = 'csrftoken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
  assert.equal(await note('hello'), 'CSRF Failed: CSRF token missing.')
})

test('what docs/files.md says in TypeScript compiles', (test) => {
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  compile('files.md', 2)
})

test('a slip in a dialect of one’s own is named with its place', () => {
  const slips = [
    [{ ...django, csrf: { ...django.csrf, haeder: 'X-CSRFToken' } }, 'dialect/csrf/haeder'],
    [{ ...django, envelope: undefined }, 'dialect/envelope'],
    [{ ...django, credential: { kind: 'session' } }, 'dialect/credential/kind'],
    [{ ...django, signIn: { kind: 'json', path: 'https://api.example.com/login/' } }, 'dialect/signIn/path'],
  ]
  for (const [dialect, place] of slips) {
    assert.throws(
      () => createClient({ dialect }),
      ({ code, message }) => code === 'dialect_invalid' && message.includes(place),
      place,
    )
  }
})
