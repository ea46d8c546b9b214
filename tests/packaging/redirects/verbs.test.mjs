import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieDialect, redirects, verbs } from './axes.mjs'
import { openContext } from './browser.mjs'
import { perform } from './case.mjs'
import { startRecorder } from './recorder.mjs'

/** Has a page perform one verb, a download or an upload. */
const verb = async ({ from, path, verb, secret, cookieDialect }) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  const client = createClient({ dialect: path === '/me' ? cookieDialect : dualToken, baseUrl: from })
  const credentials = { email: 'ada@example.com', password: secret }
  if (path !== '/me' && verb !== 'signIn' && verb !== 'register') await client.signIn({})
  switch (verb) {
    case 'getSession': {
      const session = await client.getSession({ fresh: true })
      return session.status
    }
    case 'signIn':
    case 'register':
      return (await client[verb](credentials)).error?.code
    case 'signOut': {
      const { data } = await client.signOut()
      return data.serverTold ? undefined : (data.cause?.code ?? 'not told')
    }
    case 'download':
      return (await client.download(path)).error?.code
    case 'upload':
      return (await client.upload(path, new File([secret], 'file.txt'))).error?.code
    default:
      return (await client[verb]()).error?.code
  }
}

test('R-01 nothing of a verb or a file goes along to another origin', async (test) => {
  const recorder = await startRecorder(test)
  const context = await openContext(test)
  const page = await context.newPage()
  let number = 0
  for (const redirect of redirects(recorder)) {
    await page.goto(`${redirect.from}/page`)
    for (const { verb: name, path: route } of verbs) {
      const task = { verb: name, cookieDialect }
      const cookie = route === '/me' ? 'sid' : undefined
      const done = await perform({
        context,
        recorder,
        page,
        work: verb,
        redirect,
        number,
        cookie,
        route,
        task,
      })
      const { secret, error, sent, foreign, what } = done
      assert.deepEqual(foreign, [], `foreign: ${what}`)
      assert(sent.length > 0 && sent.every(({ text }) => text.includes(secret)), `nothing was sent: ${what}`)
      assert.equal(error, name === 'getSession' ? 'unknown' : 'redirect_refused', what)
      number++
    }
  }
  test.diagnostic(`${number} cases, 0 requests at foreign origins`)
  assert.equal(number, 360)
})
