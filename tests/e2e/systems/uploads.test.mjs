import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from './backend.mjs'
import { ada, backends, owner } from './stack.mjs'
import { signIn, signInAtProvider, textOf, visit } from './visitor.mjs'

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ disposition: string, sha256: string, size: number }} Part */

const systems = {
  s1: (/** @type {Page} */ page) => signIn(page, 's1', ada),
  s2: (/** @type {Page} */ page) => signIn(page, 's2', ada),
  s3: (/** @type {Page} */ page) => signIn(page, 's3', owner),
  s4: signInAtProvider,
}

/** Uploads a file with awkward names, counted or not. Runs in the page. @param {boolean} counted */
const upload = async (counted) => {
  const field = 'Feld "1"\r\n文'
  const file = new File(['a'.repeat(300_000)], 'a"b\r\nc\\d;e=f 😀.txt', { type: 'text/plain' })
  /** @type {{ sent: number, total?: number }[]} */
  const told = []
  const onProgress = (/** @type {{ sent: number, total?: number }} */ progress) => void told.push(progress)
  const { api } = /** @type {any} */ (window)
  // The backend compares with what is written.
  const written = field.replaceAll('"', '%22').replace('\r\n', '%0D%0A')
  const path = `/api/files?field=${encodeURIComponent(written)}`
  const { data, error } = await api.upload(path, file, { field, ...(counted && { onProgress }) })
  return { code: error?.code, parts: data?.parts, told }
}

for (const [name, enter] of Object.entries(systems)) {
  const system = /** @type {keyof typeof systems} */ (name)

  test(`${name}: an upload arrives with its names, counted or not`, () =>
    visit(browser, async (page) => {
      if (system === 's1') await backendAt(backends.s1).forgetLimits()
      await enter(page)
      for (const counted of [true, false]) {
        const { code, parts, told } = await page.evaluate(upload, counted)
        assert.equal(code, undefined)
        const [part] = /** @type {[Part]} */ (parts)
        // As HTML has it: quotes and line breaks are written otherwise, and nothing else.
        const names = 'name="Feld %221%22%0D%0A文"; filename="a%22b%0D%0Ac\\d;e=f 😀.txt"'
        assert.equal(part.disposition, `form-data; ${names}`)
        assert.equal(part.sha256, createHash('sha256').update('a'.repeat(300_000)).digest('hex'))
        if (!counted) continue
        assert.equal(told[0]?.sent, 0)
        const { sent, total } = told.at(-1) ?? {}
        // With what a form has around the file.
        assert.ok(sent === total && Number(total) > 300_000 && Number(total) < 301_000)
      }
    }))

  test(`${name}: the page sends a file and says so`, () =>
    visit(browser, async (page) => {
      if (system === 's1') await backendAt(backends.s1).forgetLimits()
      await enter(page)
      await page.getByRole('link', { name: 'Posts' }).click()
      const file = { name: '报告.csv', mimeType: 'text/csv', buffer: Buffer.from('id\n1\n') }
      await page.getByTestId('upload-file').setInputFiles(file)
      await page.getByTestId('upload-button').click()
      const digest = createHash('sha256').update(file.buffer).digest('hex')
      assert.equal(await textOf(page, 'upload-sent'), `The server has 报告.csv, 5 bytes. SHA-256: ${digest}`)
    }))
}
