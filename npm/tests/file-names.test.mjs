// The tables of tests/vectors/file_names, through the wasm: docs/file-names.md. The server's core plays the same ones in
// crates/core/tests/file_names, and their headers over a connection in crates/server-client/tests/loopback/file_names.rs.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { coreInstance } from './core-instance.mjs'

const folder = new URL('../../tests/vectors/file_names/', import.meta.url)
const tables = readdirSync(folder).map((name) => ({
  name,
  ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
}))
const cases = tables.flatMap(({ name, cases }) => cases.map((one) => ({ ...one, id: `${name}: ${one.id}` })))
const core = await coreInstance()
const dialect = JSON.parse(readFileSync(new URL('../../../crates/core/dialects/authjs.json', folder), 'utf8'))
core.open(dialect, new URL('https://api.test'), new URL('https://app.test'), 60_000, 1)

/** The name of a download that is answered with this header. */
const nameOf = (header, asked, path) => {
  const flight = core.download(path, [], asked, true, 1)
  const headers = { get: (name) => (name === 'content-disposition' ? header : undefined) }
  const outcomes = [undefined, { status: 200, headers }, {}]
  const [first, , last] = outcomes.map((outcome) => core.advance(flight, outcome, 0, 1e9))
  core.end(flight)
  return last.filename ?? first.error.code
}

/** Bytes as `fetch` tells those of a header. */
const isomorphic = (text) => Buffer.from(text).toString('latin1')
/** Whether the path of a case is one of a call. */
const isCallable = ({ path }) => !['', '/..'].includes(path)
/** What of a case can be the value of a header. */
const isSent = ({ header }) =>
  header !== undefined &&
  [...header].every((one) => one === '\t' || (one >= ' ' && one <= 'ÿ' && one !== '\x7f'))

test('D-02 every case of every table gives its name', () => {
  assert(cases.length >= 1_400, `only ${cases.length} cases`)
  for (const { id, header, asked, path = '/', name, theirs, why } of cases) {
    if (!isCallable({ path })) {
      assert.equal(nameOf(header, asked, path), 'call_invalid')
      continue
    }
    assert.equal(nameOf(header, asked, path), name, id)
    if (theirs === undefined) continue
    const agrees = nameOf(undefined, theirs ?? asked, path) === name
    assert.equal(agrees, why === undefined, `${id} differs from its source, or does so no longer`)
  }
})

test('D-01 a name is made the same wherever it comes from', () => {
  for (const { id, header, asked, path = '/', name } of cases) {
    if (header !== undefined || asked === undefined) continue
    const quoted = isomorphic(asked.replace(/[\\"]/g, '\\$&'))
    const escaped = Buffer.from(asked).toString('hex').replace(/../g, '%$&')
    assert.equal(nameOf(`attachment; filename="${quoted}"; x=y`, undefined, path), name, id)
    assert.equal(nameOf(`inline; filename=x; filename*=utf-8'en'${escaped}`, undefined, path), name, id)
  }
})

test('half of a surrogate pair becomes the replacement character', () => {
  assert.equal(nameOf(undefined, 'a\ud800.txt', '/'), 'a\ufffd.txt')
  assert.equal(nameOf(undefined, '\udfffa.txt', '/'), '\ufffda.txt')
  assert.equal(nameOf('attachment; filename=a\ud800.txt', undefined, '/'), 'a\ufffd.txt')
})

test('D-02 fetch tells the bytes of a header so that the file gets the same name', async (test) => {
  const sent = cases.filter(isSent).filter(isCallable)
  assert(sent.length >= 400, `only ${sent.length} headers`)
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (request) => {
      const [, index] = /^GET \/(\d+) /.exec(request.toString('latin1'))
      const lines = sent[index]
        ? [sent[index].header]
        : ['inline; filename="a.txt"', "x; filename*=utf-8''%e2%82%ac"]
      const head = lines.map((line) => `Content-Disposition: ${line}\r\n`).join('')
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${head}\r\n`, 'latin1')
    })
  })
  test.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${server.address().port}/`
  const fetched = async (index, asked, path = '/') => {
    const { headers } = await fetch(url + index)
    return nameOf(headers.get('content-disposition') ?? undefined, asked, path)
  }
  for (const [index, { id, asked, path, name }] of sent.entries()) {
    assert.equal(await fetched(index, asked, path), name, id)
  }
  assert.equal(await fetched(sent.length), '€')
})
