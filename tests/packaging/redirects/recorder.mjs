// Servers under all names of the loopback that write down whatever reaches them, in clear or behind TLS on one port.

import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { files } from '../site.mjs'
import { app } from './axes.mjs'
import { certificateOf } from './certificate.mjs'

const packed = files(fileURLToPath(new URL('../node_modules/twinfetch/dist', import.meta.url)))

const defaultAnswer = {
  success: true,
  data: { accessToken: 'a', refreshToken: 'r', user: { id: '1' } },
  user: {},
}

/** What the ends of TLS begin a connection with (RFC 8446 §5.1: a handshake record). */
const handshake = 22

/** Starts the servers for one test. `answers` says what a path is answered with: `{ code, location }` or a document. */
export const startRecorder = async (test) => {
  const recorder = { seen: [], answers: new Map() }
  const plain = http.createServer((request, response) => answer(recorder, 'http', request, response))
  const secure = https.createServer(certificateOf(app), (request, response) =>
    answer(recorder, 'https', request, response),
  )
  secure.on('tlsClientError', () => recorder.seen.push({ origin: 'https://?', text: '' }))
  const sockets = new Set()
  const greet = (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      const server = first[0] === handshake ? secure : plain
      server.emit('connection', socket)
      process.nextTick(() => socket.resume())
    })
  }
  const listeners = []
  const listen = (host, port) =>
    new Promise((resolve, reject) => {
      const listener = net.createServer(greet)
      listener.once('error', reject)
      listener.listen(port, host, () => {
        listeners.push(listener)
        resolve(listener.address().port)
      })
    })
  // Two ports, each on both addresses of the machine.
  const pair = async () => {
    const port = await listen('127.0.0.1', 0)
    return listen('127.0.0.2', port).catch(pair)
  }
  recorder.own = await pair()
  recorder.other = await pair()
  test.after(() => {
    for (const listener of listeners) listener.close()
    for (const socket of sockets) socket.destroy()
  })
  return recorder
}

const answer = async (recorder, scheme, request, response) => {
  const { method, url, headers, rawHeaders } = request
  if (url.startsWith('/twinfetch/')) {
    request.url = url.slice('/twinfetch'.length)
    return packed(request, response)
  }
  const chunks = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    // Whoever hangs up has sent what is written down so far.
  }
  const body = Buffer.concat(chunks).toString('latin1')
  const text = `${method} ${url}\n${rawHeaders.join('\n')}\n${body}`
  const { pathname, search } = new URL(url, 'http://any')
  if (pathname === '/page') {
    response.writeHead(200, { 'content-type': 'text/html' })
    return response.end('<!doctype html><title>page</title><link rel="icon" href="data:,">')
  }
  recorder.seen.push({ origin: `${scheme}://${headers.host}`, method, path: pathname, text, body, headers })
  // To be seen is to be allowed to be sent: only what browsers themselves forbid is not.
  const allowed = {
    'access-control-allow-origin': headers.origin ?? '*',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
    'access-control-allow-methods': 'GET, POST',
  }
  if (method === 'OPTIONS') return response.writeHead(204, allowed).end()
  const found = recorder.answers.get(pathname) ?? defaultAnswer
  if (found.location) {
    // Servers that redirect to another scheme or name mostly keep the query. The policy is a hostile one.
    const location = `${found.location}${search}`
    return response.writeHead(found.code, { ...allowed, location, 'referrer-policy': 'unsafe-url' }).end()
  }
  response.writeHead(200, { ...allowed, 'content-type': 'application/json' })
  response.end(JSON.stringify(found))
}
