import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openContext } from './browser.mjs'
import { perform } from './case.mjs'
import { startRecorder } from './recorder.mjs'

const read = async ({ from, path }) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  const { error, status } = await createClient({ dialect: dualToken, baseUrl: from }).get(path)
  return { code: error.code, retryable: error.retryable, attempts: error.attempts, status }
}

test('F-22 a redirect in a circle or to what is no http ends with the first request', async (test) => {
  const recorder = await startRecorder(test)
  const page = await (await openContext(test)).newPage()
  const from = `http://app.test:${recorder.own}`
  await page.goto(`${from}/page`)
  for (const location of [
    `${from}/0/from`,
    'file:///etc/hostname',
    'javascript:alert(1)',
    'data:text/html,x',
  ]) {
    const redirect = { name: location, code: 302, from, location }
    const done = await perform({
      context: page.context(),
      recorder,
      page,
      work: read,
      redirect,
      number: 0,
      task: {},
    })
    const expected = { code: 'redirect_refused', retryable: false, attempts: 1, status: undefined }
    assert.deepEqual([done.error, done.seen.length], [expected, 1], done.what)
  }
})
