// What a page without the origin private file system holds of a file: one over plain http, or of an old browser.
import assert from 'node:assert/strict'
import { resolveObjectURL } from 'node:buffer'
import { test } from 'node:test'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { eventfulPage } from './page.mjs'
import { appUrl, baseUrl, script } from './scripted.mjs'

test('F-74 a file of unknown length that outgrows the memory is whole where it has no other place', async (test) => {
  eventfulPage(test)
  let anchor
  document.createElement = () => {
    anchor = { click: () => {}, remove: () => {} }
    return anchor
  }
  document.body = { append: () => {} }
  let left = 20
  const pieces = () =>
    new ReadableStream({
      pull: (controller) => {
        if (!left) return controller.close()
        controller.enqueue(new Uint8Array(2 ** 20).fill(left))
        left -= 1
      },
    })
  script(test, {
    'GET /file': () => new Response(pieces(), { headers: { 'content-type': 'application/octet-stream' } }),
  })
  const client = createClient({ dialect: dualToken, appUrl, baseUrl })
  const { data, error } = await client.download('/file')
  assert.equal(error, undefined)
  assert.equal(data.size, 20 * 2 ** 20)
  const saved = resolveObjectURL(anchor.href)
  assert.equal(saved.size, data.size)
  const bytes = new Uint8Array(await saved.arrayBuffer())
  assert.deepEqual([bytes[0], bytes.at(-1)], [20, 1])
})
