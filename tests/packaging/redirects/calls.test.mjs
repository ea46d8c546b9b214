import assert from 'node:assert/strict'
import { test } from 'node:test'
import { app, cookieDialect, credentials, redirects } from './axes.mjs'
import { openContext } from './browser.mjs'
import { perform } from './case.mjs'
import { startRecorder } from './recorder.mjs'

/** Has a page make one call with one credential. */
const call = async ({ from, path, credential, secret, cookieDialect }) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  const { by, name, method } = credential
  const dialect = by === 'cookie' || by === 'mirrored' ? cookieDialect : dualToken
  const client = createClient({ dialect, baseUrl: from })
  if (by === 'session') await client.signIn({})
  history.replaceState(null, '', by === 'referrer' ? `/page?${secret}` : '/page')
  const options = {
    headers: by === 'header' ? { [name]: secret } : {},
    query: by === 'query' ? { token: secret } : {},
  }
  const body = by === 'body' ? { password: secret } : undefined
  const { error } = await (method === 'GET' ? client.get(path, options) : client.post(path, body, options))
  return error && { code: error.code, said: `${error} ${JSON.stringify(error)}` }
}

/** Has a page do the same with `fetch`, as whoever follows redirects does. */
const follow = async ({ from, path, credential, secret }) => {
  const { by, name, method } = credential
  history.replaceState(null, '', by === 'referrer' ? `/page?${secret}` : '/page')
  const headers = by === 'session' ? { authorization: secret } : {}
  if (by === 'header' || by === 'mirrored') headers[name] = secret
  const body = by === 'body' ? secret : undefined
  const url = `${from}${path}${by === 'query' ? `?${secret}` : ''}`
  await fetch(url, { method, headers, body, credentials: 'include' }).catch(() => {})
}

/** Performs every case from a page at the backend's own origin or at another, and hands each to `judge`. */
const everyCase = async (test, work, pageAt, judge) => {
  const recorder = await startRecorder(test)
  const context = await openContext(test)
  const page = await context.newPage()
  let number = 0
  for (const redirect of redirects(recorder)) {
    // A page anew for every ten clients: each holds an instance of the wasm.
    await page.goto(`${pageAt(redirect.from)}/page`)
    for (const credential of credentials) {
      const cookie = { cookie: 'sid', mirrored: 'csrf' }[credential.by]
      const task = { credential, cookieDialect }
      judge(
        redirect,
        credential,
        await perform({ context, recorder, page, work, redirect, number, cookie, task }),
      )
      number++
    }
  }
  assert.equal(number, 450)
}

const places = {
  'its own origin': (from) => from,
  'another origin': (from) => from.replace(app, `www.${app}`),
}
for (const [place, pageAt] of Object.entries(places)) {
  test(`R-01 no credential of a call goes along to another origin, from a backend at ${place}`, async (test) => {
    const total = { sent: 0, foreign: 0, refused: 0 }
    await everyCase(test, call, pageAt, (_, credential, { secret, error, sent, foreign, what }) => {
      assert.deepEqual(foreign, [], `foreign: ${what}`)
      assert(!error?.said.includes(secret), `the error has the canary: ${what}`)
      assert.equal(error?.code, credential.refused ? 'call_invalid' : 'redirect_refused', what)
      assert.equal(sent.length, credential.refused ? 0 : 1, what)
      // A page tells another origin no more of its address than the origin.
      const isKept = credential.by === 'referrer' && place === 'another origin'
      if (sent[0])
        assert.equal(sent[0].text.includes(secret), !isKept, `the credential was not sent: ${what}`)
      total.sent += sent.length
      total.refused++
    })
    test.diagnostic(`450 cases, ${JSON.stringify(total)}`)
  })
}

test('R-01 a page that follows gives away all that Chromium itself does not keep back, and is caught', async (test) => {
  const caught = {}
  await everyCase(test, follow, places['its own origin'], (redirect, credential, { leaks }) => {
    if (leaks.length === 0) return
    caught[redirect.name] ??= {}
    caught[redirect.name][credential.name] = (caught[redirect.name][credential.name] ?? 0) + 1
  })
  // Of 301, 302, 303, 307 and 308 all five, or with a body the two which keep it.
  const given = { 'x-api-key': 5, 'x-csrf': 5, DPoP: 5, 'x-custom': 5, body: 2, query: 5, Referer: 5 }
  // Cookies know no port, and those with `Domain` are for subdomains, too. They are not sent to a weaker scheme's page.
  const withCookie = { ...given, Cookie: 5 }
  // Chromium keeps `Authorization` to the origin, and sends no script's request to an address with a user name.
  assert.deepEqual(caught, {
    'other host': given,
    'other port': withCookie,
    'scheme down': given,
    'scheme up': given,
    subdomain: withCookie,
    'IP alias': given,
    IDN: given,
  })
  const all = Object.values(caught).flatMap((row) => Object.values(row))
  test.diagnostic(`${all.reduce((sum, count) => sum + count)} leaks of 450 cases, all seen`)
})
