/** The origin that a browser sees of an app: a proxy which can hold an answer back, as a slow network does. */

import { once } from 'node:events'
import { createServer, request as sendRequest } from 'node:http'

/**
 * @typedef {import('node:http').IncomingMessage} Incoming
 * @typedef {import('node:http').ServerResponse} Outgoing
 * @typedef {{
 *   arrived: Promise<{ setsCookie: boolean }>,
 *   over: Promise<'delivered' | 'aborted'>,
 *   release: () => void,
 * }} Hold An answer held back: when the app has given it, how it ended for the browser, and what lets it go
 * @typedef {{ matches: (request: Incoming) => boolean, pass: (answer: Incoming, response: Outgoing) => Promise<void> }} Waiting
 */

/** Opens the gate on a free port; `leadTo` names the app behind it. */
export const openGate = async () => {
  /** @type {Waiting[]} */
  const waiting = []
  let app = ''
  const server = createServer((request, response) => {
    const index = waiting.findIndex(({ matches }) => matches(request))
    const [held] = index < 0 ? [] : waiting.splice(index, 1)
    const { method = 'GET', url = '/', headers } = request
    const onward = sendRequest(new URL(url, app), { method, headers }, async (answer) => {
      await held?.pass(answer, response)
      if (response.destroyed) return void answer.resume()
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('The gate has no port.')
  return {
    url: `http://localhost:${address.port}`,
    /** @param {string} url */
    leadTo: (url) => {
      app = url
    },
    /** Holds the answer to the next such request. @param {string} method @param {string} path @returns {Hold} */
    hold: (method, path) => {
      const { hold, waits } = holdOf(method, path)
      waiting.push(waits)
      return hold
    },
    /** Takes back the holds that no request has met. */
    forgetHolds: () => void waiting.splice(0),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** @param {string} method @param {string} path @returns {{ hold: Hold, waits: Waiting }} */
const holdOf = (method, path) => {
  const arrived = promised(/** @type {{ setsCookie: boolean }} */ ({}))
  const over = promised(/** @type {'delivered' | 'aborted'} */ (''))
  const released = promised(undefined)
  return {
    hold: { arrived: arrived.promise, over: over.promise, release: () => released.resolve(undefined) },
    waits: {
      matches: ({ method: given, url }) => given === method && url === path,
      pass: async (answer, response) => {
        response.once('close', () => over.resolve(response.writableFinished ? 'delivered' : 'aborted'))
        const cookies = answer.headers['set-cookie'] ?? []
        arrived.resolve({ setsCookie: cookies.some((cookie) => cookie.includes('session-token')) })
        await released.promise
      },
    },
  }
}

/** A promise and what fulfils it. @template T @param {T} _kind @returns {{ promise: Promise<T>, resolve: (value: T) => void }} */
const promised = (_kind) => {
  /** @type {(value: T) => void} */
  let resolve = () => {}
  const promise = new Promise((/** @type {(value: T) => void} */ fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
