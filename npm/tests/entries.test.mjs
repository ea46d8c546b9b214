import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { test } from 'node:test'
import { authjs } from 'twinfetch/dialects/authjs'
import { appUrl, baseUrl, json, script, signedIn } from './scripted.mjs'

const wasm = await readFile(new URL('../dist/core.wasm', import.meta.url))
const options = { dialect: authjs, appUrl, baseUrl }

test('the browser entry unpacks the embedded wasm', async (test) => {
  script(test, { 'GET /api/auth/session': json(signedIn) })
  const { createClient } = await import('../dist/index.js')
  assert.equal((await createClient(options).getSession()).status, 'authenticated')
})

test('the embedded wasm is the wasm that is shipped beside it', async () => {
  const { embedded } = await import('../dist/core.js')
  assert.deepEqual(Buffer.from(embedded()), wasm)
})

test('the edge entry takes the module that the platform has compiled', async (test) => {
  script(test, { 'GET /api/auth/session': json(signedIn) })
  register(
    `data:text/javascript,${encodeURIComponent(`
      import { readFileSync } from 'node:fs'
      export const load = (url, context, next) => {
        if (!url.endsWith('.wasm?module')) return next(url, context)
        const bytes = readFileSync(new URL(url)).toString('base64')
        const source = 'export default new WebAssembly.Module(Buffer.from("' + bytes + '", "base64"))'
        return { format: 'module', source, shortCircuit: true }
      }`)}`,
  )
  const { createClient } = await import('../dist/index.edge.js')
  const session = await createClient(options).getSession()
  assert.equal(session.status, 'authenticated', session.error?.message)
})

test('the edge entry makes a client where there is no process', async (test) => {
  const { process } = globalThis
  test.after(() => {
    globalThis.process = process
  })
  const { createClient } = await import('../dist/index.edge.js')
  delete globalThis.process
  assert.equal(createClient({ dialect: authjs }).getSnapshot().status, 'loading')
})

test('the slim entry takes bytes, a module, a response and a function that brings one', async (test) => {
  script(test, {
    'GET /api/auth/session': json(signedIn),
    'GET /core.wasm': new Response(wasm, { headers: { 'content-type': 'application/wasm' } }),
  })
  const { createClient } = await import('twinfetch/slim')
  const sources = [
    wasm,
    new WebAssembly.Module(wasm),
    () => new Response(wasm),
    'https://app.test/core.wasm',
    new URL('https://app.test/core.wasm'),
    Promise.resolve(wasm),
  ]
  for (const source of sources) {
    const session = await createClient({ ...options, wasm: source }).getSession()
    assert.equal(session.status, 'authenticated', session.error?.message)
  }
})

test('a chunk or a wasm that cannot be loaded is a network error, and the next call tries again', async (test) => {
  script(test, { 'GET /api/auth/session': json(signedIn) })
  const { createClient } = await import('twinfetch/slim')
  let attempts = 0
  const api = createClient({
    ...options,
    wasm: () => {
      attempts += 1
      if (attempts === 1) throw new TypeError('Failed to fetch dynamically imported module')
      return wasm
    },
  })
  const session = await api.getSession()
  assert.deepEqual([session.status, session.error.code], ['unknown', 'network_failed'])
  assert.equal((await api.getSession()).status, 'authenticated')
})

test('a core that does not load keeps nobody waiting longer than the call may take', async (test) => {
  const { sent } = script(test, {})
  const { createClient } = await import('twinfetch/slim')
  const api = createClient({ ...options, wasm: () => new Promise(() => {}) })
  assert.equal((await api.get('/a', { timeout: 20 })).error.code, 'timed_out')
  const controller = new AbortController()
  const calls = [api.get('/a', controller), api.getSession(controller)]
  controller.abort()
  for (const { error } of await Promise.all(calls)) assert.equal(error.code, 'aborted')
  assert.deepEqual(sent, [])
})

test('a policy that refuses every wasm is told from a runtime without any', async (test) => {
  const { compile } = WebAssembly
  const real = globalThis.WebAssembly
  test.after(() => {
    globalThis.WebAssembly = real
    WebAssembly.compile = compile
  })
  const { createClient } = await import('twinfetch/slim')
  WebAssembly.compile = () => Promise.reject(new EvalError('worded by the browser'))
  const blocked = await createClient({ ...options, wasm }).get('/a')
  assert.deepEqual([blocked.error.kind, blocked.error.code], ['config', 'wasm_blocked_by_csp'])
  assert.match(blocked.error.message, /'wasm-unsafe-eval'.*script-src/)
  WebAssembly.compile = compile
  const broken = await createClient({ ...options, wasm: Uint8Array.of(1, 2, 3) }).get('/a')
  assert.equal(broken.error.code, 'wasm_unavailable')
  delete globalThis.WebAssembly
  const missing = await createClient({ ...options, wasm }).get('/a')
  assert.equal(missing.error.code, 'wasm_unavailable')
})

test('importing and making a client loads no wasm', async (test) => {
  const { count } = script(test, {})
  const { createClient } = await import('twinfetch')
  createClient(options)
  assert.equal(count('GET /api/auth/session'), 0)
})
