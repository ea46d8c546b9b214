import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build, createServer } from 'vite'
import { openPage } from './browser.mjs'
import { exported, files, startSite } from './site.mjs'

const root = fileURLToPath(new URL('app', import.meta.url))
const outDir = fileURLToPath(new URL('output/vite', import.meta.url))
const settings = { root, configFile: false, logLevel: 'error', cacheDir: `${outDir}-cache` }

const built = async () => {
  await build({ ...settings, build: { outDir, emptyOutDir: true }, worker: { format: 'es' } })
  return files(outDir)
}

/** What must work in a page, however the app was put together. */
const exercise = async (test, site) => {
  const { context, page, complaints } = await openPage(test)
  const shown = (text) => page.locator('output', { hasText: new RegExp(`^${text}$`) }).waitFor()
  await page.goto(site.url)
  await shown('anonymous')
  const refused = await page.evaluate(async () => {
    const { error } = await window.api.get('/api/posts')
    return [error.name, error.kind, error.status, error.message]
  })
  assert.deepEqual(refused, ['RequestError', 'unauthorized', 401, 'Please sign in.'])
  // Chromium itself reports the refused request.
  assert.deepEqual(
    complaints.splice(0).filter((text) => !text.includes('401')),
    [],
  )

  await context.addCookies([{ name: 'user', value: 'ada', url: site.url }])
  await page.reload()
  await shown('Ada')
  for (const line of Object.keys(site.calls)) delete site.calls[line]
  await page.reload()
  await shown('Ada')
  const answers = await page.evaluate(() =>
    Promise.all(
      Array.from({ length: 20 }, () => window.api.get('/api/posts').then(({ data }) => data[0].title)),
    ),
  )
  assert.deepEqual(answers, Array(20).fill('ä'))
  assert.equal(site.calls['GET /api/posts'], 20)
  assert.equal(site.calls['GET /api/auth/session'], 1)

  const [download, saved] = await Promise.all([
    page.waitForEvent('download'),
    page.evaluate(async () => {
      const progress = []
      const { data } = await window.api.download('/api/export', { onProgress: (step) => progress.push(step) })
      const { received, total } = progress.at(-1)
      return { ...data, received, total }
    }),
  ])
  const size = Buffer.byteLength(exported.content)
  assert.deepEqual(saved, { filename: exported.name, size, received: size, total: size })
  assert.equal(download.suggestedFilename(), exported.name)
  assert.equal(await readFile(await download.path(), 'utf8'), exported.content)

  const upload = await page.evaluate(async () => {
    const { data, error } = await window.api.upload('/api/files', new File(['abc'], '报告.txt'))
    return error?.message ?? data.sent
  })
  assert.match(upload, /name="file"; filename="报告.txt"[\s\S]*abc/)

  const slim = await page.evaluate(async () => (await window.slim.get('/api/posts')).data)
  assert.deepEqual(slim, [{ id: 1, title: 'ä' }])
  assert.deepEqual(await page.evaluate(() => window.inWorker()), { data: slim, error: undefined })

  await context.clearCookies()
  await page.evaluate(() => new BroadcastChannel('next-auth').postMessage({ event: 'session' }))
  await shown('anonymous')
  assert.deepEqual(complaints, [])
}

test('an app built by Vite works', async (test) => {
  await exercise(test, await startSite(test, await built()))
})

test('a saved download gives its memory back', async (test) => {
  const site = await startSite(test, await built())
  const { context, page } = await openPage(test)
  await context.addCookies([{ name: 'user', value: 'ada', url: site.url }])
  await page.addInitScript(() => {
    const { createObjectURL, revokeObjectURL } = URL
    window.held = new Set()
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob)
      window.held.add(url)
      window.created = true
      return url
    }
    URL.revokeObjectURL = (url) => {
      window.held.delete(url)
      revokeObjectURL(url)
    }
  })
  await page.goto(site.url)
  await Promise.all([page.waitForEvent('download'), page.evaluate(() => window.api.download('/api/export'))])
  await page.waitForFunction(() => window.created && window.held.size === 0)
})

test('a download that breaks off is an error, and nothing is saved', async (test) => {
  const site = await startSite(test, await built())
  const { context, page } = await openPage(test)
  await context.addCookies([{ name: 'user', value: 'ada', url: site.url }])
  await page.goto(site.url)
  const saved = []
  page.on('download', (download) => saved.push(download.suggestedFilename()))
  const error = await page.evaluate(async () => {
    const { error } = await window.api.download('/api/broken')
    return [error?.kind, error?.code, error?.retryable]
  })
  assert.deepEqual(error, ['network', 'body_truncated', true])
  await page.evaluate(() => window.api.get('/api/posts'))
  assert.deepEqual(saved, [])
})

test('a trap in a page settles what was asked, and the next call works', async (test) => {
  const site = await startSite(test, await built())
  const { context, page, complaints } = await openPage(test)
  await context.addCookies([{ name: 'user', value: 'ada', url: site.url }])
  await page.addInitScript(() => {
    const { instantiate } = WebAssembly
    window.memories = []
    WebAssembly.instantiate = async (...args) => {
      const instance = await instantiate(...args)
      window.memories.push(instance.exports.memory)
      return instance
    }
  })
  await page.goto(site.url)
  await page.locator('output', { hasText: 'Ada' }).waitFor()
  const codes = await page.evaluate(async () => {
    const pending = [window.api.get('/api/posts'), window.api.get('/api/posts')]
    for (const { buffer } of window.memories) new Uint8Array(buffer).fill(0xff)
    return (await Promise.all(pending)).map(({ error }) => error?.code)
  })
  assert.deepEqual(codes, ['core_panicked', 'core_panicked'])
  assert.deepEqual(await page.evaluate(async () => (await window.api.get('/api/posts')).data[0].id), 1)
  assert.equal(await page.locator('output').textContent(), 'Ada')
  assert.deepEqual(complaints, [])
})

test('an app in Vite’s development server works', async (test) => {
  await rm(`${outDir}-cache`, { recursive: true, force: true })
  const site = await startSite(test)
  const vite = await createServer({
    ...settings,
    server: { middlewareMode: true, hmr: { server: site.server } },
  })
  test.after(() => vite.close())
  site.serve = vite.middlewares
  await exercise(test, site)
})

test('a page whose policy forbids wasm gets an error that says so', async (test) => {
  await built()
  const site = await startSite(test, files(outDir, { 'content-security-policy': "script-src 'self'" }))
  const { page } = await openPage(test)
  await page.goto(site.url)
  await page.locator('output', { hasText: 'wasm_blocked_by_csp' }).waitFor()
  const error = await page.evaluate(async () => {
    const { error } = await window.api.get('/api/posts')
    return { kind: error.kind, code: error.code, message: error.message }
  })
  assert.deepEqual([error.kind, error.code], ['config', 'wasm_blocked_by_csp'])
  assert.match(error.message, /'wasm-unsafe-eval'.*script-src/)

  site.serve = files(outDir, { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" })
  await page.reload()
  await page.locator('output', { hasText: 'anonymous' }).waitFor()
})
