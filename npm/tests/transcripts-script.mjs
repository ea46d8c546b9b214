// The other side of a transcript: it checks every request and gives the answer that is written for it.
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

export const appUrl = 'http://app.test'
export const baseUrl = 'http://backend.test'

/**
 * Replaces `fetch` for one test by the lines of a script. A read of the session that the script does not expect next is
 * answered with 503, which changes nothing: a client may ask who it is at any time.
 */
export const play = (test, dialect, lines) => {
  const real = globalThis.fetch
  const rest = [...lines]
  const complaints = []
  const { site, path: sessionPath } = dialect.identity
  const isOfApp = (path) => site === 'app' && path.startsWith('/api/auth/')

  const answer = async (request) => {
    const path = request.url.replace(/^https?:\/\/[^/]+/, '')
    const sends = `${request.method} ${path}`
    if (sends === `GET ${sessionPath}` && rest[0]?.sends !== sends) return new Response(null, { status: 503 })
    const line = rest.shift()
    assert.equal(sends, line?.sends, 'the next request')
    const origin = isOfApp(path) ? appUrl : baseUrl
    assert(request.url.startsWith(`${origin}/`), `${sends}: ${request.url} is of ${origin}`)
    const bearer = line.bearer === undefined ? null : `Bearer ${line.bearer}`
    assert.equal(request.headers.get('authorization'), bearer, `${sends}: the credential`)
    if ('cookies' in line) {
      assert.equal(request.credentials === 'include', line.cookies, `${sends}: ${request.credentials}`)
    }
    for (const [name, value] of Object.entries(line.headers ?? {})) {
      assert.equal(request.headers.get(name), value, `${sends}: ${name}`)
    }
    const isForm = isOfApp(path) && path !== sessionPath
    if ('body' in line) assert.deepEqual(await bodyOf(request, isForm), line.body, `${sends}: the body`)
    return responseOf(line.answer)
  }
  globalThis.fetch = async (input, init) => {
    // What starts together is on its way before the first is answered.
    await setImmediate()
    try {
      return await answer(new Request(input, init))
    } catch (complaint) {
      if (complaint instanceof assert.AssertionError) complaints.push(complaint)
      throw complaint
    }
  }
  test.after(() => {
    globalThis.fetch = real
  })
  return {
    /** Fails when a request was missing, or not the one that was expected. */
    end: () => {
      if (complaints.length) throw complaints[0]
      assert.deepEqual(
        rest.map(({ sends }) => sends),
        [],
        'the script goes on',
      )
    },
  }
}

const bodyOf = async (request, isForm) => {
  const text = await request.text()
  const type = request.headers.get('content-type')
  if (!isForm) {
    assert.equal(type, 'application/json')
    return JSON.parse(text)
  }
  assert.match(type, /^application\/x-www-form-urlencoded/)
  return Object.fromEntries(new URLSearchParams(text))
}

const responseOf = ({ fails, status, headers, body }) => {
  if (fails) throw new TypeError('fetch failed')
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const content = body === undefined ? null : JSON.stringify(body)
  return new Response(content, { status, headers: { ...type, ...headers } })
}
