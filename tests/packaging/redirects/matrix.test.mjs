import assert from 'node:assert/strict'
import { test } from 'node:test'
import { app, canary, cookieDialect, credentials, redirects } from './axes.mjs'
import { openContext, pagesOf } from './browser.mjs'
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
const careless = async ({ from, path, credential, secret }) => {
  const { by, name, method } = credential
  history.replaceState(null, '', by === 'referrer' ? `/page?${secret}` : '/page')
  const headers = by === 'session' ? { authorization: secret } : {}
  if (by === 'header' || by === 'mirrored') headers[name] = secret
  const body = by === 'body' ? secret : undefined
  const url = `${from}${path}${by === 'query' ? `?${secret}` : ''}`
  await fetch(url, { method, headers, body, credentials: 'include' }).catch(() => {})
}

/** Performs one case, and says what was seen of it. */
const perform = async ({ context, recorder, page, work, redirect, credential, number }) => {
  const secret = canary()
  const { code, from, to } = redirect
  const path = `/${number}/from`
  recorder.answers.set(path, { code, location: `${to}/${number}/to` })
  recorder.answers.set('/auth/login', { success: true, data: { accessToken: secret, refreshToken: secret } })
  await context.clearCookies()
  const cookie = { cookie: 'sid', mirrored: 'csrf' }[credential.by]
  if (cookie) await context.addCookies([{ name: cookie, value: secret, domain: `.${app}`, path: '/' }])
  const error = await page.evaluate(work, { from, path, credential, secret, cookieDialect })
  const seen = recorder.seen.splice(0)
  return { secret, error, seen, foreign: seen.filter(({ origin }) => origin !== from) }
}

for (const place of ['its own origin', 'another origin']) {
  test(`no credential of a page goes along to another origin, from a backend at ${place}`, async (test) => {
    const recorder = await startRecorder(test)
    const context = await openContext(test)
    const pageOf = pagesOf(context)
    const [total, secrets] = [{ cases: 0, home: 0, foreign: 0, refused: 0 }, new Map()]
    for (const redirect of redirects(recorder)) {
      const { from, code, name } = redirect
      const page = await pageOf(place === 'its own origin' ? from : from.replace(app, `www.${app}`))
      for (const credential of credentials) {
        const done = await perform({
          context,
          recorder,
          page,
          work: call,
          redirect,
          credential,
          number: total.cases,
        })
        const { secret, error, seen, foreign } = done
        const what = `${code}, ${name}, ${credential.name}: ${JSON.stringify({ error, seen })}`
        for (const { text } of foreign) assert(!text.includes(secret), `foreign: ${what}`)
        assert(!error?.said.includes(secret), `the error has the canary: ${what}`)
        judge({ credential, number: total.cases, ...done, what })
        secrets.set(secret, from)
        total.cases++
        total.home += seen.length - foreign.length
        total.foreign += foreign.length
        total.refused += error ? 1 : 0
      }
    }
    console.log(`backend at ${place}:`, total)
    assert.equal(total.cases, 450)
  })
}

/** Whether a call went as documented. */
const judge = ({ credential, number, secret, error, seen, foreign, what }) => {
  const calls = seen.filter(({ method, path }) => method !== 'OPTIONS' && path.startsWith(`/${number}/`))
  if (credential.refused) return assert.deepEqual([error?.code, seen], ['call_invalid', []], what)
  const isBare = credential.by === 'query' || credential.by === 'referrer'
  assert(isBare || calls[0].text.includes(secret), `the credential was not sent at all: ${what}`)
  // What carries nothing that must not get there may be redirected anywhere.
  if (isBare) return
  assert.deepEqual([error?.code, calls.length, foreign], ['network_failed', 1, []], what)
}

test('a page that follows is caught', async (test) => {
  const recorder = await startRecorder(test)
  const context = await openContext(test)
  const pageOf = pagesOf(context)
  const caught = {}
  let number = 0
  for (const redirect of redirects(recorder)) {
    const page = await pageOf(redirect.from)
    for (const credential of credentials) {
      const done = await perform({
        context,
        recorder,
        page,
        work: careless,
        redirect,
        credential,
        number: number++,
      })
      const leaks = done.foreign.filter(({ text }) => text.includes(done.secret)).length
      caught[redirect.name] ??= {}
      caught[redirect.name][credential.name] =
        (caught[redirect.name][credential.name] ?? 0) + Math.min(leaks, 1)
    }
  }
  console.table(caught)
})
