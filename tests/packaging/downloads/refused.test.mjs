import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visit } from './page.mjs'
import { json, startServer } from './server.mjs'

const page =
  (headers, status = 200) =>
  ({ response }) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers })
    response.end('<!doctype html><title>Sign in</title>')
  }
const attachment = (name) => ({ 'content-disposition': `attachment; filename="${name}"` })

/** What a backend answers, the name that is asked for, the dialect where it matters, and the error. */
const answers = [
  ['a page', page(), undefined, 'dual-token', 'unexpected_content_type'],
  ['a page for a CSV file', page(), 'a.csv', 'dual-token', 'unexpected_content_type'],
  ['a page under 401', page(attachment('a.html'), 401), 'a.html', 'dual-token', 'unauthorized'],
  [
    'a page under 503 that names a file',
    page(attachment('a.csv'), 503),
    'a.csv',
    'dual-token',
    'server_failed',
  ],
  ['a message', json({ success: true, data: 'no file' }), undefined, 'dual-token', 'unexpected_content_type'],
  [
    'a message for a JSON file',
    json({ success: true, data: 1 }),
    'a.json',
    'dual-token',
    'unexpected_content_type',
  ],
  ['a refusal', json({ success: false, message: 'No.' }), 'a.json', 'dual-token', 'envelope_refused'],
  [
    'a refusal under 200 of S2',
    json({ code: -1, message: '无权限' }),
    'a.csv',
    'cookie-jwt',
    'envelope_refused',
  ],
  [
    'a refusal under 200 of S3',
    json({ code: 401, message: '未登录', data: null }),
    'a.csv',
    'single-user',
    'envelope_refused',
  ],
  [
    'a message of S4',
    json({ statusCode: 200, message: 'ok' }),
    'a.csv',
    'oauth-cookie',
    'unexpected_content_type',
  ],
  [
    'a problem that names a file',
    json({ title: 'No' }, 200, { 'content-type': 'application/problem+json', ...attachment('a.json') }),
    'a.json',
    'oauth-cookie',
    'unexpected_content_type',
  ],
  [
    'an error that names a file',
    json({ message: 'No' }, 500, attachment('a.json')),
    'a.json',
    'oauth-cookie',
    'server_failed',
  ],
  [
    'a redirect to a login page',
    ({ response }) => response.writeHead(302, { location: '/login' }).end(),
    'a.csv',
    'dual-token',
    'redirect_refused',
  ],
]

/** What is a file although it looks like a message. */
const files = [
  ['a page that is asked for', page(), 'page.html', 'dual-token', 'page.html'],
  ['a page that the server names', page(attachment('report.html')), undefined, 'dual-token', 'report.html'],
  [
    'JSON that the server names',
    json({ success: false }, 200, attachment('a.json')),
    undefined,
    'dual-token',
    'a.json',
  ],
  ['JSON that is asked for', json([1]), 'list.json', 'oauth-cookie', 'list.json'],
]

const save = async ({ name, dialect }) => {
  const exported = await import(`/twinfetch/dialects/${dialect}.js`)
  const [found] = Object.values(exported)
  const client = window.make({ dialect: found, retry: 0 })
  return window.save('/file', 'browser', { client, filename: name })
}

test('F-74 a message and a login page are errors, and nothing is saved', async (test) => {
  const server = await startServer(test, { '/api/auth/me': json({ id: 7 }), '/auth/session': json({}) })
  const { page } = await visit(test, server)
  const saved = []
  page.on('download', (download) => saved.push(download.suggestedFilename()))
  for (const [what, answer, name, dialect, code] of answers) {
    server.server.answers = { ...server.server.answers, '/file': answer }
    const { error, data } = await page.evaluate(save, { name, dialect })
    assert.deepEqual([error?.code, data], [code, undefined], what)
  }
  assert.deepEqual(saved, [])
  for (const [what, answer, name, dialect, filename] of files) {
    server.server.answers = { ...server.server.answers, '/file': answer }
    const coming = page.waitForEvent('download')
    const { error, data } = await page.evaluate(save, { name, dialect })
    assert.deepEqual([error, data?.filename], [undefined, filename], what)
    assert.equal((await coming).suggestedFilename(), filename, what)
  }
})
