/** A way to a backend that can be closed: requests wait at it, or their answers never come back. */

import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'

/**
 * @typedef {{ method: string, path: string, status?: number }} Passed
 * @typedef {'open' | 'closed' | 'swallowing'} State
 */

/**
 * Opens a gate in front of a backend, on a port that the system chooses. `path` alone waits while it is closed, and has its
 * answers swallowed while it swallows; every request passes otherwise.
 * @param {string} backend @param {string} path
 */
export const openGate = async (backend, path) => {
  /** @type {Passed[]} */
  const seen = []
  /** @type {State} */
  let state = 'open'
  /** @type {Set<() => void>} */
  const waiting = new Set()
  /** @type {Set<() => void>} */
  const watchers = new Set()
  const changed = () => {
    for (const watch of watchers) watch()
  }
  const server = createServer((incoming, outgoing) => {
    /** @type {Passed} */
    const entry = { method: incoming.method ?? '', path: incoming.url ?? '' }
    seen.push(entry)
    const isMeant = entry.method !== 'OPTIONS' && entry.path === path
    const swallow = isMeant && state === 'swallowing'
    const pass = () => {
      waiting.delete(pass)
      const headers = { ...incoming.headers, host: new URL(backend).host }
      const onward = request(new URL(entry.path, backend), { method: entry.method, headers }, (answer) => {
        entry.status = answer.statusCode ?? 0
        if (swallow) {
          answer.resume().on('end', () => outgoing.destroy())
        } else {
          outgoing.writeHead(entry.status, answer.headers)
          answer.pipe(outgoing)
        }
        changed()
      })
      onward.on('error', () => outgoing.destroy())
      incoming.pipe(onward)
    }
    if (isMeant && state === 'closed') {
      waiting.add(pass)
      // Who is gone asks for nothing any more.
      outgoing.on('close', () => waiting.delete(pass))
    } else pass()
    changed()
  })
  await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(undefined)))
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return {
    url: `http://localhost:${address.port}`,
    /** How often a path was asked for, by those which came to this status if one is given. @param {string} path @param {number} [status] */
    count: (path, status) =>
      seen.filter(
        (entry) =>
          entry.method !== 'OPTIONS' && entry.path === path && (status === undefined || entry.status === status),
      ).length,
    forget: () => seen.splice(0),
    close: () => {
      state = 'closed'
    },
    swallow: () => {
      state = 'swallowing'
    },
    open: () => {
      state = 'open'
      for (const pass of waiting) pass()
    },
    /** Waits until something is so. @param {() => boolean} isSo @returns {Promise<void>} */
    until: (isSo) =>
      new Promise((resolve) => {
        const watch = () => {
          if (!isSo()) return
          watchers.delete(watch)
          resolve()
        }
        watchers.add(watch)
        watch()
      }),
    end: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
