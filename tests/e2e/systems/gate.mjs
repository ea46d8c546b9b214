/** A way to a backend that can be shut: requests wait at it, and answers wait behind it or are lost. */

import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'

/**
 * What becomes of the requests for one path: they pass; they wait; they pass, and their answers wait; they pass, and
 * their answers are cut. A browser repeats by itself what is cut before it is answered.
 * @typedef {'open' | 'shut' | 'mute' | 'cut'} State
 * @typedef {{ method: string, path: string, status?: number }} Passed
 */

/**
 * Opens a gate in front of a backend, on a port that the system chooses. Only requests for `path` are ever held up.
 * @param {string} backend @param {string} path
 */
export const openGate = async (backend, path) => {
  /** @type {Passed[]} */
  let seen = []
  /** @type {State} */
  let state = 'open'
  let left = 0
  /** @type {Set<() => void>} */
  const watchers = new Set()
  const changed = () => {
    for (const watch of [...watchers]) watch()
  }
  /** Waits until something is so. @param {() => boolean} isSo @returns {Promise<void>} */
  const until = (isSo) =>
    new Promise((resolve) => {
      const watch = () => {
        if (!isSo()) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
      watch()
    })
  const server = createServer(async (incoming, outgoing) => {
    /** @type {Passed} */
    const entry = { method: incoming.method ?? '', path: incoming.url ?? '' }
    const isMeant = entry.method !== 'OPTIONS' && entry.path === path
    seen.push(entry)
    changed()
    if (isMeant) {
      let gone = false
      outgoing.on('close', () => {
        gone = true
        changed()
      })
      await until(() => gone || state !== 'shut')
      // Who is gone asks for nothing any more.
      if (gone) {
        left += 1
        return changed()
      }
    }
    const headers = { ...incoming.headers, host: new URL(backend).host }
    const onward = request(
      new URL(entry.path, backend),
      { method: entry.method, headers },
      async (answer) => {
        entry.status = answer.statusCode ?? 0
        changed()
        if (isMeant) await until(() => state !== 'mute')
        outgoing.writeHead(entry.status, answer.headers)
        if (isMeant && state === 'cut') return outgoing.write('{', () => outgoing.destroy())
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(undefined)))
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return {
    url: `http://localhost:${address.port}`,
    until,
    /** How often a path was asked for; with a status, how often that was the answer. @param {string} path @param {number} [status] */
    count: (path, status) =>
      seen
        .filter((entry) => entry.method !== 'OPTIONS' && entry.path === path)
        .filter((entry) => status === undefined || entry.status === status).length,
    /** How many have gone away while they waited. */
    left: () => left,
    forget: () => {
      seen = []
    },
    /** @param {State} next */
    set: (next) => {
      state = next
      changed()
    },
    end: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
