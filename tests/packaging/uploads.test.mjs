import assert from 'node:assert/strict'
import { createSecureServer } from 'node:http2'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openPage } from './browser.mjs'
import { openContext } from './redirects/browser.mjs'
import { certificateOf } from './redirects/certificate.mjs'
import { files, startSite } from './site.mjs'

const packed = files(fileURLToPath(new URL('node_modules/twinfetch/dist', import.meta.url)))

/** What lets the package work, and nothing else. */
const strict =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-src 'none'; img-src data:; require-trusted-types-for 'script'"

const answer = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
const good = (data) => ({ success: true, data })
const tokens = (name) => good({ accessToken: `access-${name}`, refreshToken: `refresh-${name}` })

/** Whether the request was for the page; then it is answered. */
const servePage = (request, response, policy = strict) => {
  if (request.url.startsWith('/twinfetch/')) {
    packed({ url: request.url.slice('/twinfetch'.length) }, response)
    return true
  }
  if (request.url !== '/page') return false
  response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
  response.end('<!doctype html><title>uploads</title><link rel="icon" href="data:,">')
  return true
}

/** Receives a body, and says how large it was. */
const drain = async (request) => {
  let bytes = 0
  for await (const chunk of request) bytes += chunk.length
  return bytes
}

/** Opens a page whose backend answers `POST /files` as it is told. */
const begin = async (test, answers, policy) => {
  const site = await startSite(test, (request, response) => {
    if (servePage(request, response, policy)) return
    if (request.url === '/auth/login') return answer(response, 200, tokens(1))
    if (request.url === '/auth/refresh') return answer(response, 200, tokens(2))
    if (request.url === '/auth/me') return answer(response, 200, good({ id: '1' }))
    answers(request, response)
  })
  const opened = await openPage(test)
  await opened.page.goto(`${site.url}/page`)
  return opened
}

/** Uploads so many bytes; `window.told` is what was told of it, `window.leave` ends it. */
const upload = async ({ bytes = 5_000_000, counted = true, settings = {}, baseUrl }) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  const client = createClient({
    dialect: dualToken,
    baseUrl: baseUrl ?? location.origin,
    retry: 0,
    ...settings,
  })
  if (!baseUrl) await client.signIn({ email: 'ada' })
  window.told = []
  const leaving = new AbortController()
  window.leave = () => leaving.abort()
  const options = { signal: leaving.signal }
  if (counted) options.onProgress = (progress) => window.told.push(progress)
  const file = new File([new Uint8Array(bytes)], 'zeros.bin')
  const { data, error, status } = await client.upload('/files', file, options)
  return { data, status, code: error?.code, sent: error?.sent, told: window.told }
}

test('an upload is counted under the strictest policy, and its end is told when it is answered', async (test) => {
  let release
  const received = new Promise((resolve) => {
    release = resolve
  })
  const { page, complaints } = await begin(test, async (request, response) => {
    const bytes = await drain(request)
    release(async () => answer(response, 201, good({ bytes })))
  })
  const done = page.evaluate(upload, {})
  const finish = await Promise.race([received, done.then((result) => Promise.reject(result))])
  const before = await page.evaluate(() => window.told)
  await finish()
  const { data, status, told } = await done
  assert.equal(status, 201)
  assert.equal(before[0].sent, 0)
  assert(before.every(({ sent, total }) => sent < total && total === data.bytes))
  const { sent, total } = told.at(-1)
  assert.deepEqual([sent, total], [data.bytes, data.bytes])
  assert.deepEqual(complaints, [])
})

test('an upload whose token is refused is renewed and sent again whole', async (test) => {
  const bodies = []
  const { page } = await begin(test, async (request, response) => {
    bodies.push([request.headers.authorization, await drain(request)])
    if (bodies.length === 1) answer(response, 401, { success: false })
    else answer(response, 201, good('done'))
  })
  const { data, told } = await page.evaluate(upload, {})
  assert.equal(data, 'done')
  const [[first, bytes], [second, again]] = bodies
  assert.deepEqual([first, second, again], ['Bearer access-1', 'Bearer access-2', bytes])
  assert.equal(told.at(-1).sent, bytes)
  // The end is told once: what was refused had none.
  assert.equal(told.filter(({ sent, total }) => sent === total).length, 1)
})

test('an upload that is stopped on its way leaves its connection', async (test) => {
  let gone
  const left = new Promise((resolve) => {
    gone = resolve
  })
  const { page } = await begin(test, (request) => {
    request.on('close', () => gone(request.complete))
    request.once('data', () => page.evaluate(() => window.leave()))
  })
  const result = await page.evaluate(upload, { bytes: 100_000_000 })
  assert.deepEqual([result.code, result.sent], ['aborted', 'maybe'])
  assert.equal(await left, false, 'the body was not complete')
  assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0)
})

test('an upload that nobody reads on ends as standing still', async (test) => {
  const { page } = await begin(test, () => {})
  const settings = { idleTimeout: 500 }
  const { code, sent } = await page.evaluate(upload, { bytes: 100_000_000, settings })
  assert.deepEqual([code, sent], ['response_timed_out', 'maybe'])
})

test('what goes wrong has the same name, counted or not', async (test) => {
  const failures = {
    reset: (request) => request.once('data', () => request.socket.resetAndDestroy()),
    closed: async (request) => {
      await drain(request)
      request.socket.destroy()
    },
    'too large': async (request, response) => {
      await drain(request)
      answer(response, 413, { success: false })
    },
    'a page': async (request, response) => {
      await drain(request)
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
    },
    'half an answer': async (request, response) => {
      await drain(request)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"success":true', () => request.socket.destroy())
    },
  }
  let failure
  const { page } = await begin(test, (request, response) => failure(request, response))
  const codes = []
  for (const [name, play] of Object.entries(failures)) {
    failure = play
    const [one, other] = [await page.evaluate(upload, {}), await page.evaluate(upload, { counted: false })]
    assert.deepEqual([one.code, one.sent], [other.code, other.sent], name)
    assert(
      one.told.every(({ sent, total }) => sent < total),
      name,
    )
    codes.push(one.code)
  }
  const expected = [
    'network_failed',
    'network_failed',
    'rejected',
    'unexpected_content_type',
    'body_truncated',
  ]
  assert.deepEqual(codes, expected)
})

test('a policy of the page itself that forbids the backend is a failure of the network', async (test) => {
  const { page } = await begin(test, () => {})
  const { code } = await page.evaluate(upload, { baseUrl: 'http://127.0.0.1:9' })
  assert.equal(code, 'network_failed')
})

test('a stream is sent over HTTP/2 as it is read, counted, and follows no redirect', async (test) => {
  let seen = 0
  const server = createSecureServer(
    { ...certificateOf('app.test'), allowHTTP1: true },
    async (request, response) => {
      if (servePage(request, response)) return
      if (request.url === '/moved') return response.writeHead(307, { location: '/files' }).end()
      seen += 1
      answer(response, 201, good(await drain(request)))
    },
  )
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sessions = new Set()
  server.on('session', (session) => sessions.add(session))
  test.after(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  const page = await (await openContext(test)).newPage()
  await page.goto(`https://app.test:${server.address().port}/page`)
  const results = await page.evaluate(async () => {
    const { createClient } = await import('/twinfetch/index.js')
    const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
    const client = createClient({ dialect: dualToken, baseUrl: location.origin })
    const send = async (path) => {
      const told = []
      const pieces = Array.from({ length: 50 }, () => new Uint8Array(100_000))
      const stream = new ReadableStream({
        pull: (controller) => {
          const piece = pieces.pop()
          if (piece) controller.enqueue(piece)
          else controller.close()
        },
      })
      const { data, error } = await client.upload(path, stream, { onProgress: (now) => told.push(now) })
      return { data, code: error?.code, told }
    }
    return [await send('/files'), await send('/moved')]
  })
  const [{ data, told }, moved] = results
  assert.equal(data, 5_000_000)
  assert.deepEqual(told[0], { sent: 0 })
  assert.deepEqual([told.at(-1).sent, told.at(-1).total], [5_000_000, 5_000_000])
  assert.deepEqual([moved.code, seen], ['redirect_refused', 1])
})

test('an upload that is stopped while its frame opens leaves none', async (test) => {
  const { page } = await begin(test, (_, response) => answer(response, 200, good('done')))
  const code = await page.evaluate(async (upload) => {
    const { append } = Element.prototype
    document.documentElement.append = (frame) => {
      append.call(document.documentElement, frame)
      window.leave()
    }
    return (await new Function(`return ${upload}`)()({})).code
  }, `${upload}`)
  assert.equal(code, 'aborted')
  await page.waitForFunction(() => document.querySelector('iframe') === null)
})

test('an answer whose status text is none is an answer', async (test) => {
  const { page } = await begin(test, async (request) => {
    await drain(request)
    const head = 'HTTP/1.1 201 \u0001\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n'
    request.socket.end(head + JSON.stringify(good('done')))
  })
  assert.equal((await page.evaluate(upload, {})).data, 'done')
})
