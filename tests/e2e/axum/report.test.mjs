import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, request as send } from 'node:http'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from '../systems/backend.mjs'
import { ada, axumUrl, backends } from './stack.mjs'
import { cookieNamed, seesSession, tokensHaveEnded, visit } from './visitor.mjs'

/** @typedef {import('playwright-core').Page} Page */

const backend = backendAt(backends.s1Short)
const size = 8_000_000

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetLimits()
  await backend.forgetCalls()
})

/** @param {Page} page @param {string} [origin] */
const signIn = async (page, origin = axumUrl) => {
  await page.goto(`${axumUrl}/own`)
  for (const [field, value] of Object.entries(ada)) await page.getByTestId(field).fill(value)
  await page.getByTestId('sign-in').click()
  await seesSession(page, 'authenticated')
  if (origin !== axumUrl) await page.goto(`${origin}/own`)
}

/** The bytes of the report from one place to another. */
const pattern = (from = 0, to = size) => {
  const bytes = Buffer.alloc(to - from)
  for (let index = from; index < to; index += 1) bytes[index - from] = 31 * index + Math.floor(index / 251)
  return bytes
}

/** @param {Page} page */
const saved = async (page) => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('report').click()])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

/**
 * Between the browser and the Rust server: the first answer that has the report breaks off in the middle. Tells what was asked
 * for, and what came.
 */
const breaking = async () => {
  /** @type {{ range: string | undefined, ifRange: unknown, status: number | undefined }[]} */
  const asked = []
  const server = createServer((request, response) => {
    const { method, headers } = request
    const passed = send(new URL(request.url ?? '', axumUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
      if (request.url !== '/own/report') {
        answer.pipe(response)
        return
      }
      asked.push({ range: headers.range, ifRange: headers['if-range'], status: answer.statusCode })
      if (asked.length > 1) {
        answer.pipe(response)
        return
      }
      let left = size / 2
      answer.on('data', (/** @type {Buffer} */ piece) => {
        response.write(piece)
        left -= piece.length
        if (left <= 0) response.destroy()
      })
      response.on('close', () => answer.destroy())
    })
    passed.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    asked,
    origin: `http://localhost:${port}`,
    close: () => server.closeAllConnections() ?? server.close(),
  }
}

test('a report is saved under its name, with every byte, also when the token has ended', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const before = await cookieNamed(context, 'twinfetch.session')
    const first = await saved(page)
    assert.equal(first.name, '报告 2026.bin')
    assert.ok(first.bytes.equals(pattern()))
    await tokensHaveEnded()
    await backend.forgetCalls()
    const second = await saved(page)
    assert.ok(second.bytes.equals(pattern()))
    assert.equal(await backend.count('POST', '/auth/refresh'), 1)
    assert.notEqual((await cookieNamed(context, 'twinfetch.session'))?.value, before?.value)
  }))

test('F-72 a download that breaks off before Chromium is gone on with through the server', () =>
  visit(browser, async (page) => {
    const network = await breaking()
    try {
      await signIn(page, network.origin)
      const { name, bytes } = await saved(page)
      assert.equal(name, '报告 2026.bin')
      assert.ok(bytes.equals(pattern()), `${bytes.length} bytes`)
      assert.equal(network.asked.length, 2, JSON.stringify(network.asked))
      assert.match(network.asked[1]?.range ?? '', /^bytes=[1-9]\d*-$/)
      assert.deepEqual([network.asked[1]?.ifRange, network.asked[1]?.status], ['"pattern-8000000"', 206])
    } finally {
      network.close()
    }
  }))

test('a page gets the part that it asks for, and nothing that a browser would run', async () => {
  // The pages themselves let no script ask for anything.
  const context = await browser.newContext({ bypassCSP: true })
  try {
    const page = await context.newPage()
    await signIn(page)
    const ask = (/** @type {Record<string, string>} */ headers) =>
      page.evaluate(async (sent) => {
        const response = await fetch('/own/report', { headers: sent })
        const bytes = new Uint8Array(await response.arrayBuffer())
        const { status, headers: told } = response
        return {
          status,
          headers: Object.fromEntries(told),
          length: bytes.length,
          bytes: [...bytes.slice(0, 10)],
        }
      }, headers)
    const part = await ask({ range: 'bytes=5000-5009' })
    assert.deepEqual([part.status, part.length, part.bytes], [206, 10, [...pattern(5000, 5010)]])
    const { 'x-request-id': id, date: _, ...told } = part.headers
    assert.ok(id)
    assert.deepEqual(told, {
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-disposition':
        'attachment; filename="__ 2026.bin"; filename*=UTF-8\'\'%E6%8A%A5%E5%91%8A%202026.bin',
      'content-length': '10',
      'content-range': 'bytes 5000-5009/8000000',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/octet-stream',
      etag: '"pattern-8000000"',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    const none = await ask({ range: 'bytes=8000000-' })
    assert.deepEqual([none.status, none.headers['content-range'], none.length], [416, 'bytes */8000000', 0])
    const changed = await ask({ range: 'bytes=0-9', 'if-range': '"another"' })
    assert.deepEqual([changed.status, changed.length], [200, size])
  } finally {
    await context.close()
  }
})
