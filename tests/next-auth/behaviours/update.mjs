import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ada, openTab, seesSession, signIn, tokenOf } from '../harness/visitor.mjs'

/** @param {import('./every.mjs').Visit} visit */
export const updateBehaves = (visit) => {
  test('an update changes the session, for the page and for who comes later', () =>
    visit(async (page, context) => {
      await signIn(page, ada)
      const token = await tokenOf(page)
      const updated = await page.evaluate(async () => {
        const { data, error } = await bench.api.update({ name: 'Countess' })
        return { name: data?.status === 'authenticated' ? data.user.name : undefined, code: error?.code }
      })
      assert.deepEqual(updated, { name: 'Countess', code: undefined })
      await seesSession(page, 'authenticated', 'Countess')
      assert.equal(await tokenOf(page), token)
      await seesSession(await openTab(context), 'authenticated', 'Countess')
    }))

  test('an update while nobody is signed in signs nobody in', () =>
    visit(async (page) => {
      await page.evaluate(() => bench.api.update({ name: 'Countess' }))
      assert.equal(
        await page.evaluate(async () => (await bench.api.getSession({ fresh: true })).status),
        'anonymous',
      )
      await seesSession(page, 'anonymous')
    }))
}
