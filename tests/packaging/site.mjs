// One origin, as an app behind a proxy has it: a scripted backend under `/api`, and the app's files elsewhere.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'

/** The name and the content of the file that `/api/export` hands out. */
export const exported = { name: '报告-posts.csv', content: 'id,title\n1,"ä"\n' }

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

/** Serves the files of a folder, with further headers. */
export const files =
  (folder, headers = {}) =>
  async (request, response) => {
    const path = new URL(request.url, 'http://site').pathname.replace(/\/$/, '/index.html')
    try {
      const content = await readFile(`${folder}${path}`)
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        ...headers,
      })
      response.end(content)
    } catch {
      response.writeHead(404).end()
    }
  }

/** Starts a site for one test. `serve` answers what is not under `/api`; `calls` counts what is. */
export const startSite = async (test, serve = (_, response) => response.writeHead(404).end()) => {
  const calls = {}
  const site = { calls, serve }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    if (!pathname.startsWith('/api/')) return site.serve(request, response)
    const line = `${request.method} ${pathname}`
    calls[line] = (calls[line] ?? 0) + 1
    answer(line, request, response)
  })
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  site.url = `http://localhost:${server.address().port}`
  site.server = server
  return site
}

const answer = (line, request, response) => {
  const json = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (line === 'GET /api/health') return json(200, { up: true })
  if (line === 'GET /api/auth/session') {
    const signedIn = /(^|; )user=ada(;|$)/.test(request.headers.cookie ?? '')
    return json(
      200,
      signedIn ? { user: { name: 'Ada' }, expires: '2099-01-01T00:00:00Z', accessToken: 'of-ada' } : null,
    )
  }
  if (request.headers.authorization !== 'Bearer of-ada') return json(401, { message: 'Please sign in.' })
  if (line === 'GET /api/posts') return json(200, [{ id: 1, title: 'ä' }])
  if (line === 'GET /api/export') {
    response.writeHead(200, {
      'content-type': 'text/csv',
      'content-length': Buffer.byteLength(exported.content),
      'content-disposition': `attachment; filename="posts.csv"; filename*=UTF-8''${encodeURIComponent(exported.name)}`,
    })
    return response.end(exported.content)
  }
  if (line === 'GET /api/broken') {
    response.writeHead(200, { 'content-type': 'text/csv', 'content-length': 1000 })
    return response.write('a part', () => request.socket.destroy())
  }
  if (line === 'POST /api/files') {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => json(201, { sent: Buffer.concat(chunks).toString('utf8') }))
    return
  }
  json(404, {})
}
