import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
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
      /(?<!NEXT_PUBLIC_)BACKEND_URL|AUTH_SECRET|A256CBC-HS512|A256GCM|Generated Encryption Key/,
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

test('the examples of the READMEs compile', () => {
  const folder = `${root}tests/types/readme/`
  rmSync(folder, { recursive: true, force: true })
  for (const [name, file] of [
    ['repository', `${root}../README.md`],
    ['package', `${root}README.md`],
  ]) {
    const blocks = [...readFileSync(file, 'utf8').matchAll(/^```tsx?\n([\s\S]*?)^```/gm)].map(
      ([, code]) => code,
    )
    assert(blocks.length >= 2, `${file} has examples`)
    for (const [index, code] of blocks.entries()) {
      // An example says in its first line where it stands, when another one imports it.
      const path = `${folder}${name}/${code.match(/^\/\/ (\S+\.tsx?)\n/)?.[1] ?? `${index}.tsx`}`
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, code)
    }
  }
  const types = {
    extends: '../tsconfig.bundler.json',
    compilerOptions: { types: ['node'] },
    files: [],
    include: ['.'],
  }
  writeFileSync(`${folder}tsconfig.json`, JSON.stringify(types))
  execFileSync(`${root}node_modules/.bin/tsc`, ['--project', folder], { stdio: 'pipe' })
})
