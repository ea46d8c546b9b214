// A server of files with a session of its own, which goes wrong where a test says so.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { files } from '../site.mjs'
import { pieces } from './sample.mjs'

const packed = files(fileURLToPath(new URL('../node_modules/twinfetch/dist', import.meta.url)))

/**
 * Starts a server for one test. `files` says by path what a request of a file gets: a function of the request, which number it has
 * for that path, and the first byte that it asks for.
 */
export const startServer = async (test, answers = {}) => {
  const requests = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://server')
    response.on('error', () => {})
    if (request.headers.origin) {
      response.setHeader('access-control-allow-origin', request.headers.origin)
      response.setHeader('access-control-allow-credentials', 'true')
    }
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-headers', 'authorization, range, if-range')
      response.setHeader('access-control-allow-methods', 'GET, POST')
      return response.writeHead(204).end()
    }
    if (pathname === '/cut') {
      for (const cut of cutOff.splice(0)) cut.socket?.destroy()
      return response.writeHead(204).end()
    }
    if (pathname.startsWith('/twinfetch/')) {
      return packed({ url: request.url.slice('/twinfetch'.length) }, response)
    }
    const answer = server.answers[pathname] ?? session[pathname]
    if (!answer) {
      response.writeHead(200, { 'content-type': 'text/html' })
      return response.end('<!doctype html><title>files</title>')
    }
    requests.push({ path: pathname, headers: request.headers, response })
    const number = requests.filter(({ path }) => path === pathname).length
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range)?.[1] ?? 0)
    return answer({ request, response, number, from })
  })
  server.answers = answers
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://localhost:${server.address().port}`
  return { url, requests, server, of: (path) => requests.filter((request) => request.path === path) }
}

/** Answers with JSON. */
export const json =
  (body, status = 200, headers = {}) =>
  ({ response }) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

// As the dialect `dual-token` has it.
const session = {
  '/auth/login': json({ success: true, data: { accessToken: 'of-ada', refreshToken: 'r1' } }),
  '/auth/me': json({ success: true, data: { id: 7 } }),
  '/auth/refresh': json({ success: false, message: 'The token is dead.' }, 401),
}

/**
 * Sends a file, or what is asked for of it. `cut` is how many bytes of the body are sent before the connection breaks, once the
 * page has read them: a browser throws away what it has not handed out yet. Without `ranges` a request of a part gets all of it.
 */
export const send = async (
  { request, response, from },
  { length, edition = 0, etag = `"edition-${edition}"`, cut, ranges = true, headers = {}, end = length },
) => {
  const isPart = ranges && from > 0 && request.headers['if-range'] === etag
  const first = isPart ? from : 0
  response.writeHead(isPart ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': end - first,
    'content-disposition': 'attachment; filename="sample.bin"',
    'accept-ranges': ranges ? 'bytes' : 'none',
    // Chromium keeps what broke off, and goes on with it by itself the next time.
    'cache-control': 'no-store',
    ...(etag ? { etag } : {}),
    ...(cut === undefined ? {} : { 'x-cut': Math.min(cut, end - first) }),
    ...(isPart ? { 'content-range': `bytes ${first}-${end - 1}/${length}` } : {}),
    ...headers,
  })
  const last = cut === undefined ? end : Math.min(end, first + cut)
  for (const piece of pieces(first, last, edition)) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  if (cut === undefined) response.end()
  else cutOff.push(response)
}

/** What waits for the page to have read all that was sent. */
const cutOff = []

/** Waits until more may be written, or nobody reads any longer. */
export const drained = async (response) => {
  const heard = new AbortController()
  await Promise.race(['drain', 'close'].map((event) => once(response, event, heard).catch(() => {})))
  heard.abort()
}
