import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { openPage } from './browser.mjs'
import { files, startSite } from './site.mjs'

const root = fileURLToPath(new URL('transfers', import.meta.url))
const outDir = fileURLToPath(new URL('output/transfers', import.meta.url))

before(() =>
  build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    build: { outDir, emptyOutDir: true },
  }),
)

/** Opens the page. The server holds what is asked for under `/held`, and says when it was asked and when it was left. */
const begin = async (test) => {
  const built = files(outDir)
  const events = new EventTarget()
  const seen = []
  const happened = (what) =>
    new Promise((resolve) => {
      if (seen.includes(what)) return resolve()
      events.addEventListener(what, resolve)
    })
  const tell = (what) => {
    seen.push(what)
    events.dispatchEvent(new Event(what))
  }
  const serve = async (request, response) => {
    const { method, url } = request
    if (url.startsWith('/held')) {
      response.on('close', () => tell(`left ${url}`))
      // Who reads nothing does not see that the other side has left.
      request.resume()
      if (method === 'GET') {
        response.writeHead(200, { 'content-type': 'text/csv', 'content-length': 10 }).write('part')
      }
      return tell(`asked ${url}`)
    }
    if (url === '/file') {
      response.writeHead(200, {
        'content-type': 'text/csv',
        'content-disposition': 'attachment; filename=a.csv',
      })
      return response.end('id\n1\n')
    }
    if (url === '/failing') return response.writeHead(503).end()
    if (method !== 'POST') return built(request, response)
    let bytes = 0
    for await (const chunk of request) bytes += chunk.length
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ success: true, data: { bytes } }))
  }
  const site = await startSite(test, serve)
  const opened = await openPage(test)
  await opened.page.goto(site.url)
  const shows = (text) => opened.page.locator('output', { hasText: new RegExp(`^${text}$`) }).waitFor()
  await shows('idle idle')
  return { ...opened, happened, shows }
}

const statuses = (page, name) => page.evaluate((name) => window.shown[name].map(({ status }) => status), name)

/** The same, without what is shown more than once in a row. */
const stages = async (page, name) =>
  (await statuses(page, name)).filter((status, index, all) => status !== all[index - 1])

test('a component shows a download and an upload from beginning to end, under StrictMode', async (test) => {
  const { page, shows, complaints } = await begin(test)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.evaluate(() => void window.hooks.download.start('/file')),
  ])
  assert.equal(download.suggestedFilename(), 'a.csv')
  await shows('done idle')
  await page.evaluate(() => void window.hooks.upload.start('/files', new File(['x'.repeat(5e6)], 'a.txt')))
  await shows('done done')
  const last = await page.evaluate(() => [window.shown.download.at(-1), window.shown.upload.at(-1)])
  assert.deepEqual(last[0].file, { filename: 'a.csv', size: 5 })
  const { bytes } = last[1].data
  assert(bytes > 5e6)
  // With the form's own bytes.
  assert.deepEqual([last[1].progress.sent, last[1].progress.total], [bytes, bytes])
  assert.deepEqual(await stages(page, 'download'), ['idle', 'running', 'done'])
  assert.deepEqual(await stages(page, 'upload'), ['idle', 'running', 'done'])
  assert.deepEqual(complaints, [])
})

test('a failure is shown with its error, and the next start begins anew', async (test) => {
  const { page, shows } = await begin(test)
  const code = await page.evaluate(async () => (await window.hooks.download.start('/failing')).error.code)
  assert.equal(code, 'server_failed')
  await shows('failed idle')
  assert.equal(await page.evaluate(() => window.shown.download.at(-1).error), 'server_failed')
  await page.evaluate(() => void window.hooks.download.start('/held'))
  await shows('running idle')
  const now = await page.evaluate(() => window.hooks.download.error)
  assert.equal(now, undefined)
})

for (const [name, start] of Object.entries({
  download: () => window.hooks.download.start('/held'),
  upload: () => window.hooks.upload.start('/held', new Blob(['x'.repeat(1e6)])),
})) {
  const begun = async (test) => {
    const opened = await begin(test)
    await opened.page.evaluate(`window.result = (${start})().then(({ error }) => error.code); undefined`)
    await opened.happened('asked /held')
    return { ...opened, code: () => opened.page.evaluate(() => window.result) }
  }
  const pair = (status) => (name === 'download' ? `${status} idle` : `idle ${status}`)

  test(`${name}: what is cancelled ends its connection, and is shown as cancelled`, async (test) => {
    const { page, happened, shows, code, complaints } = await begun(test)
    await page.evaluate((name) => window.hooks[name].cancel(), name)
    await shows(pair('cancelled'))
    await happened('left /held')
    assert.equal(await code(), 'aborted')
    await page.evaluate((name) => window.hooks[name].cancel(), name)
    assert.deepEqual(await stages(page, name), ['idle', 'running', 'cancelled'])
    assert.deepEqual(complaints, [])
  })

  test(`${name}: a second one ends the first, which shows nothing any more`, async (test) => {
    const { page, happened, code, shows } = await begun(test)
    await page.evaluate((name) => {
      const more = name === 'upload' ? [new Blob(['b'])] : []
      return void window.hooks[name].start('/held/2', ...more)
    }, name)
    await happened('left /held')
    await happened('asked /held/2')
    assert.equal(await code(), 'aborted')
    await shows(pair('running'))
    assert.deepEqual(await stages(page, name), ['idle', 'running'])
  })

  test(`${name}: it ends with its component, whether that goes or is hidden`, async (test) => {
    const { page, happened, shows, code, complaints } = await begun(test)
    await page.evaluate(() => window.show('hidden'))
    await happened('left /held')
    assert.equal(await code(), 'aborted')
    await page.evaluate(() => window.show('visible'))
    await shows(pair('cancelled'))
    await page.evaluate((name) => {
      const more = name === 'upload' ? [new Blob(['b'])] : []
      return void window.hooks[name].start('/held/2', ...more)
    }, name)
    await happened('asked /held/2')
    await page.evaluate(() => window.show('none'))
    await happened('left /held/2')
    assert.deepEqual(complaints, [])
  })
}

test('what a caller has says and hears beside the component', async (test) => {
  const { page, shows } = await begin(test)
  const heard = await page.evaluate(async () => {
    const leaving = new AbortController()
    const heard = []
    const onProgress = ({ received }) => {
      heard.push(received)
      leaving.abort()
    }
    const { error } = await window.hooks.download.start('/held', { signal: leaving.signal, onProgress })
    return [error.code, heard]
  })
  assert.deepEqual(heard, ['aborted', [0]])
  await shows('cancelled idle')
})
