// Rows of the systems that are no transcript: what the package gives to `fetch`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { appUrl, baseUrl, json, script, signedIn } from './scripted.mjs'

const client = () => createClient({ dialect: authjs, appUrl, baseUrl })

test('S0.5 the browser’s own cache decides about a call, unless another mode is named', async (test) => {
  const { sent } = script(test, { 'GET /api/auth/session': json(signedIn), 'GET /a': json([]) })
  const api = client()
  await api.get('/a')
  await api.get('/a', { cache: 'reload' })
  const [session, plain, reloaded] = sent
  assert.equal(session.cache, 'no-store')
  assert.equal(plain.cache, 'default')
  assert.equal(reloaded.cache, 'reload')
  for (const { headers } of sent) assert.equal(headers.get('cache-control'), null)
})
