import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

test('the packed files are the expected ones', () => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: root, encoding: 'utf8' }),
  )
  const expected = readFileSync(new URL('packed-files.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const packed = files.map(({ path }) => path).filter((path) => !path.includes('LICENSE'))
  assert.deepEqual(packed.sort(), expected)
})

test('the package has no dependency and no install script', () => {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  assert.equal(manifest.dependencies, undefined)
  for (const name of Object.keys(manifest.scripts)) assert.doesNotMatch(name, /install|prepare/)
  assert.equal(manifest.sideEffects, false)
  assert.match(version, /^\d+\.\d+\.\d+$/)
})

test('the built files name no folder of the machine that built them', () => {
  const checkout = fileURLToPath(new URL('../..', import.meta.url))
  const files = readdirSync(`${root}dist`, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  for (const { parentPath, path, name } of files) {
    const text = readFileSync(`${parentPath ?? path}/${name}`, 'latin1')
    for (const folder of [checkout, homedir(), '.cargo/registry', '.rustup']) {
      assert(folder === '/' || !text.includes(folder), `${name} names ${folder}`)
    }
  }
})

test('the browser’s files neither read a private variable nor hold code that opens sealed sessions', () => {
  for (const name of [
    'index.js',
    'slim.js',
    'core.js',
    'engine.js',
    'slim-core.js',
    'react.js',
    'core.wasm',
  ]) {
    const text = readFileSync(`${root}dist/${name}`, 'latin1')
    assert.doesNotMatch(
      text,
      /(?<!NEXT_PUBLIC_)BACKEND_URL|AUTH_SECRET|A256CBC-HS512|A256GCM|HS256|Generated Encryption Key/,
      name,
    )
  }
})

test('a consumer compiles against the types, with both ways to resolve them', () => {
  for (const project of ['nodenext', 'bundler']) {
    execFileSync(
      `${root}node_modules/.bin/tsc`,
      ['--project', `${root}tests/types/tsconfig.${project}.json`],
      {
        stdio: 'pipe',
      },
    )
  }
})
