import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { startSite } from './site.mjs'

test('plain Node imports the package and calls a backend', async (test) => {
  const { url, calls } = await startSite(test)
  const api = createClient({ dialect: authjs, baseUrl: url, appUrl: url })
  const { data, error, status } = await api.get('/api/health')
  assert.deepEqual([data, error, status], [{ up: true }, undefined, 200])
  assert.deepEqual(await api.getSession(), { status: 'anonymous' })
  assert.equal(calls['GET /api/auth/session'], 1)
  assert.equal((await api.get('/api/posts')).error.code, 'unauthorized')
})

test('Node cannot save a download, and says so', async (test) => {
  const { url } = await startSite(test)
  const api = createClient({ dialect: authjs, baseUrl: url, appUrl: url })
  assert.equal((await api.download('/api/health')).error?.kind, 'config')
})
