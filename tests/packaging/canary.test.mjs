import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('app', import.meta.url))
const outDir = fileURLToPath(new URL('output/canary', import.meta.url))

test('no private variable’s value and no machine’s folder reaches what a browser is served', async (test) => {
  const canaries = {
    AUTH_SECRET: 'CANARY-auth-secret',
    NEXTAUTH_SECRET: 'CANARY-nextauth-secret',
    BACKEND_URL: 'https://CANARY-backend.test',
  }
  Object.assign(process.env, canaries)
  test.after(() => {
    for (const name of Object.keys(canaries)) delete process.env[name]
  })
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, sourcemap: true },
    worker: { format: 'es' },
  })
  const names = (await readdir(outDir, { recursive: true })).filter((name) => /\.(js|html|wasm)$/.test(name))
  assert(names.length >= 5, names.join(' '))
  for (const name of names) {
    const text = await readFile(`${outDir}/${name}`, 'latin1')
    assert.doesNotMatch(text, /CANARY/, name)
    assert(!text.includes(root), `${name} names the folder of the app`)
    assert.doesNotMatch(text, /A256CBC-HS512|A256GCM|Generated Encryption Key/, name)
  }
})
