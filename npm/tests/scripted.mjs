// A scripted `fetch`: answers by address, a record of what was sent, and a hold for answers that must wait.

import { secret } from '../../tests/canary/search.mjs'

export const appUrl = 'https://app.test'
export const baseUrl = 'https://api.test'

/** The session document of a signed-in user. */
export const signedIn = {
  user: { name: 'Ada' },
  expires: '2099-01-01T00:00:00.000Z',
  accessToken: secret('ada'),
}

/** An answer with a JSON body. */
export const json = (body, { status = 200, ...headers } = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** An answer with a page. */
export const html = (status = 200) =>
  new Response('<!doctype html><p>internal: db-7 is down', {
    status,
    headers: { 'content-type': 'text/html' },
  })

/**
 * Replaces `fetch` for one test. `answers` maps `GET /path` to a response, or to a function of the request that may
 * throw or wait.
 */
export const script = (test, answers) => {
  const real = globalThis.fetch
  const sent = []
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push(request)
    // A call, of which a browser would follow a redirect anywhere; the core itself is loaded without one.
    if (input instanceof Request && input.redirect !== 'manual') throw new Error('it would be followed')
    const { pathname } = new URL(request.url)
    const answer = answers[`${request.method} ${pathname}`]
    if (answer === undefined) throw new TypeError('fetch failed')
    const aborted = new Promise((_, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason))
      if (request.signal.aborted) reject(request.signal.reason)
    })
    return Promise.race([typeof answer === 'function' ? answer(request) : answer.clone(), aborted])
  }
  test.after(() => {
    globalThis.fetch = real
  })
  const count = (line) =>
    sent.filter(({ method, url }) => `${method} ${new URL(url).pathname}` === line).length
  return { sent, count }
}

/** A promise with its handles outside. */
export const held = () => {
  const handles = {}
  handles.promise = new Promise((resolve, reject) => Object.assign(handles, { resolve, reject }))
  return handles
}
