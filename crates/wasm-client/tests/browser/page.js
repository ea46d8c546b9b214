// What the tests do to the page. One file on purpose: the test runner's server, tiny_http, can leave a connection waiting
// behind one that is kept alive, and every further module is a further connection.

// A scripted `fetch`.

let sent = []
let answers = {}
let waiting = []
let hanging = []
let cancelled = 0

const respond = (answer) => {
  if (answer === undefined || answer === 'reject') throw 'not even an Error'
  // As little as a browser shows of a redirect: the status 0.
  if (answer === 'redirect') return Response.error()
  const { status = 200, headers = {}, body, then } = answer
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  // A body that stops, or breaks off.
  const part = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(text)),
    pull: (stream) => then === 'break' && stream.error(new TypeError()),
    cancel: () => void (cancelled += 1),
  })
  return new Response(then ? part : text, { status, headers: { 'content-type': 'application/json', ...headers } })
}
const count = (path) => sent.filter((request) => request.path === path).length

// The last answer of a path stays; 'hang' waits for `release` or for its signal, 'deaf' for neither.
export const script = (given) => {
  sent = []
  waiting = []
  hanging = []
  answers = Object.fromEntries(Object.entries(given).map(([path, list]) => [path, [...list]]))
  globalThis.fetch = async (request) => {
    const { pathname: path, search, host } = new URL(request.url)
    const { method, credentials, headers } = request
    // A browser would follow it anywhere.
    if (request.redirect !== 'manual') throw new Error('a redirect would be followed')
    const body = await request.text()
    const line = `${method} ${path}${search} ${headers.get('authorization') ?? '-'} ${body}`.trim()
    sent.push({ path, line, credentials, host, headers, signal: request.signal })
    waiting.forEach((wait) => wait())
    const list = answers[path] ?? []
    const answer = list.length > 1 ? list.shift() : list[0]
    if (answer === 'deaf') return new Promise(() => {})
    if (answer !== 'hang') return respond(answer)
    return new Promise((resolve, reject) => {
      hanging.push({ path, resolve: (answer) => resolve((async () => respond(answer))()) })
      request.signal.addEventListener('abort', () => reject(request.signal.reason))
    })
  }
}
// Resolved once so many requests have come to a path.
export const arrived = (path, times) => new Promise((resolve) => {
  const check = () => count(path) >= times && resolve()
  waiting.push(check)
  check()
})
export const release = (path, answer) => {
  hanging.filter((one) => one.path === path).forEach((one) => one.resolve(answer))
  hanging = hanging.filter((one) => one.path !== path)
}
export const sent_lines = () => sent.map(({ line }) => line)
export const credentials_of = (path) => sent.findLast((request) => request.path === path).credentials
export const header_of = (path, name) => sent.findLast((request) => request.path === path).headers.get(name) ?? undefined
export const aborted = (path) => sent.findLast((request) => request.path === path).signal.aborted
export const cancelled_bodies = () => cancelled
export const set_online = (is) => Object.defineProperty(navigator, 'onLine', { value: is, configurable: true })
export const parse = (text) => JSON.parse(text)

// The navigation that a page does not make.

// Where the page would have gone: it stays, and so does the test.
const gone = []
navigation.addEventListener('navigate', (event) => {
  if (event.downloadRequest !== null || event.destination.sameDocument) return
  gone.push(event.destination.url)
  event.preventDefault()
})
export const left_for = () => gone.splice(0)

// Locks.

export const hide_locks = () => Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true })
export const show_locks = () => delete navigator.locks
export const watch_locks = () => {
  const real = navigator.locks
  const names = []
  const request = (name, ...rest) => (names.push(name), real.request(name, ...rest))
  Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true })
  return names
}

// As where another tab does not come to its end.
export const withhold_locks = () => {
  const request = async () => { throw new DOMException('too late', 'TimeoutError') }
  Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true })
}

// Storage, and the lock of another tab.

const setItem = Storage.prototype.setItem
export const forbid = () => {
  Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
}
export const permit = () => {
  Storage.prototype.setItem = setItem
}
let release_lock
// As another tab that is renewing does.
export const take_lock = () => new Promise((taken) => {
  navigator.locks.request('twinfetch:http://backend.test', () => new Promise((release) => {
    release_lock = release
    taken()
  }))
})
// Resolved once somebody waits for the lock.
export const lock_is_wanted = async () => {
  while ((await navigator.locks.query()).pending.length === 0);
}
export const leave_lock = () => release_lock()

// A transcript.

const now = Date.now
let rest = []
let complaints = []

const same = (what, actual, expected) => {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(sorted(value) ?? null))
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`)
}
const sorted = (value) =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))

const bodyOf = async (request, isForm) => {
  const text = await request.text()
  const type = request.headers.get('content-type')
  if (!isForm) {
    same('the type', type, 'application/json')
    return JSON.parse(text)
  }
  same('the type', type.split(';')[0], 'application/x-www-form-urlencoded')
  return Object.fromEntries(new URLSearchParams(text))
}

const answerOf = ({ fails, status, headers, body }) => {
  if (fails) throw new TypeError('fetch failed')
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const content = body === undefined ? null : JSON.stringify(body)
  return new Response(content, { status, headers: { ...type, ...headers } })
}

const answer = async (request, { site, path: sessionPath }) => {
  const { origin, pathname, search } = new URL(request.url)
  const sends = `${request.method} ${pathname}${search}`
  // A client may ask who it is whenever it likes.
  if (sends === `GET ${sessionPath}` && rest[0]?.sends !== sends) return new Response(null, { status: 503 })
  const line = rest.shift()
  same('the next request', sends, line?.sends)
  const ofApp = site === 'app' && pathname.startsWith('/api/auth/')
  same(`${sends}: the origin`, origin, ofApp ? 'http://app.test' : 'http://backend.test')
  const bearer = line.bearer === undefined ? null : `Bearer ${line.bearer}`
  same(`${sends}: the credential`, request.headers.get('authorization'), bearer)
  if ('cookies' in line) same(`${sends}: the cookies`, request.credentials === 'include', line.cookies)
  for (const [name, value] of Object.entries(line.headers ?? {})) same(`${sends}: ${name}`, request.headers.get(name), value)
  if ('body' in line) same(`${sends}: the body`, await bodyOf(request, ofApp && pathname !== sessionPath), line.body)
  return answerOf(line.answer)
}

export const play = (lines, identity) => {
  rest = lines
  complaints = []
  globalThis.fetch = async (request) => {
    // What starts together is on its way before the first is answered.
    await new Promise((resolve) => setTimeout(resolve))
    try {
      return await answer(request, identity)
    } catch (complaint) {
      if (!(complaint instanceof TypeError)) complaints.push(complaint.message)
      throw complaint
    }
  }
}
export const complaint = () => complaints[0] ?? (rest.length ? `the script goes on with ${rest[0].sends}` : undefined)
export const set_clock = (milliseconds) => {
  Date.now = () => now() + milliseconds
}
