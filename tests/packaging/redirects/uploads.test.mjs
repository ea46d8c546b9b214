import assert from 'node:assert/strict'
import { test } from 'node:test'
import { app, redirects } from './axes.mjs'
import { openContext } from './browser.mjs'
import { perform } from './case.mjs'
import { startRecorder } from './recorder.mjs'

/** Has a page upload a file and count it. */
const upload = async ({ from, path, secret }) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  const client = createClient({ dialect: dualToken, baseUrl: from })
  await client.signIn({})
  const told = []
  const { error } = await client.upload(path, new File([secret], 'file.txt'), {
    onProgress: ({ sent, total }) => told.push([sent, total]),
  })
  return { code: error?.code, sent: error?.sent, told, frames: document.querySelectorAll('iframe').length }
}

/** Has a page do the same with an `XMLHttpRequest` of its own, as whoever counts otherwise does. */
const follow = async ({ from, path, secret }) => {
  const request = new XMLHttpRequest()
  request.open('POST', from + path)
  request.setRequestHeader('authorization', `Bearer ${secret}`)
  const form = new FormData()
  form.append('file', new File([secret], 'file.txt'))
  await new Promise((resolve) => {
    request.upload.onprogress = () => {}
    request.onloadend = resolve
    request.send(form)
  })
}

const places = {
  'its own origin': (from) => from,
  'another origin': (from) => from.replace(app, `www.${app}`),
}

/** Performs every redirect from a page at the backend's own origin or at another, and hands each to `judge`. */
const everyCase = async (test, work, pageAt, judge) => {
  const recorder = await startRecorder(test)
  const context = await openContext(test)
  const page = await context.newPage()
  let number = 0
  for (const redirect of redirects(recorder)) {
    await page.goto(`${pageAt(redirect.from)}/page`)
    judge(redirect, await perform({ context, recorder, page, work, redirect, number, task: {} }))
    number++
  }
  assert.equal(number, 45)
}

for (const [place, pageAt] of Object.entries(places)) {
  test(`R-01 an upload that is counted goes nowhere else, from a backend at ${place}`, (test) =>
    everyCase(test, upload, pageAt, (redirect, { error, sent, seen, foreign, secret, what }) => {
      assert.deepEqual(foreign, [], `foreign: ${what}`)
      assert(!seen.some(({ path }) => path?.endsWith('/to')), `followed: ${what}`)
      assert.equal(sent.length, 1, what)
      assert(sent[0].text.includes(secret), `nothing was sent: ${what}`)
      assert.deepEqual(error.told, [[0, error.told[0][1]]], what)
      // An address with a user name is no redirect to Chromium, but a failure.
      const isFailure = redirect.name === 'userinfo'
      assert.equal(error.code, isFailure ? 'network_failed' : 'redirect_refused', what)
      assert.equal(error.sent, isFailure ? 'maybe' : 'acknowledged', what)
      assert.equal(error.frames, 0, what)
    }))

  test(`R-01 an upload that follows gives the file away, and is caught, from a backend at ${place}`, async (test) => {
    const caught = {}
    await everyCase(test, follow, pageAt, ({ name, code }, { leaks }) => {
      if (leaks.length > 0) caught[name] = [...(caught[name] ?? []), code]
    })
    const names = ['other host', 'other port', 'scheme down', 'scheme up', 'subdomain', 'IP alias', 'IDN']
    assert.deepEqual(caught, Object.fromEntries(names.map((name) => [name, [307, 308]])))
  })
}
