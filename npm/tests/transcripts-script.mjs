// The other side of a transcript: it checks every request and gives the answer that is written for it.
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

export const appUrl = 'http://app.test'
export const baseUrl = 'http://backend.test'

/** Limits that no wait of a script is as long as, in milliseconds. */
export const limits = { timeout: 77_777, attemptTimeout: 55_555 }

/** What `fetch` says of every failure of the network. */
const untold = ['connection_lost', 'network_failed']

/** Whether a browser can tell what happens in a script: it knows nothing of names, connections and certificates. */
export const isTold = (lines) =>
  lines.every(({ answer: { fails } }) => !fails || untold.includes(fails) || fails.endsWith('timed_out'))

/** The name that a browser has for what happened. */
export const named = (code) => (untold.includes(code) ? 'network_failed' : code)

/**
 * Takes the time out of a test: the wait that the next line of a script names is over at once, and a limit when a line says so.
 */
const timers = (test, next) => {
  const real = globalThis.setTimeout
  const pending = []
  let waited
  globalThis.setTimeout = (work, milliseconds, ...more) => {
    const isWait = next()?.after === milliseconds
    if (isWait) waited = milliseconds
    else pending.push([milliseconds, work])
    return real(work, isWait ? 0 : milliseconds, ...more)
  }
  test.after(() => {
    globalThis.setTimeout = real
  })
  return {
    /** How long it was waited since this was asked. */
    waited: () => {
      const last = waited
      waited = undefined
      return last
    },
    /** Has the latest timer of this length run out. */
    runOut: (length) => pending.findLast(([milliseconds]) => milliseconds === length)[1](),
  }
}

/**
 * Replaces `fetch` for one test by the lines of a script. A read of the session that the script does not expect next is
 * answered with 503, which changes nothing: a client may ask who it is at any time.
 */
export const play = (test, dialect, lines) => {
  const real = globalThis.fetch
  const rest = [...lines]
  const complaints = []
  const { site, path: sessionPath } = dialect.identity
  const { waited, runOut } = timers(test, () => rest[0])
  const isOfApp = (path) => site === 'app' && path.startsWith('/api/auth/')

  const answer = async (request) => {
    const path = request.url.replace(/^https?:\/\/[^/]+/, '')
    const sends = `${request.method} ${path}`
    if (sends === `GET ${sessionPath}` && rest[0]?.sends !== sends) return new Response(null, { status: 503 })
    const line = rest.shift()
    assert.equal(sends, line?.sends, 'the next request')
    assert.equal(waited(), line.after, `${sends}: the wait before`)
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
    const limit = { response_timed_out: limits.attemptTimeout, timed_out: limits.timeout }[line.answer.fails]
    if (limit === undefined) return responseOf(line.answer)
    await setImmediate()
    runOut(limit)
    throw request.signal.reason
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
