import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ada, hasCookie, openTab, readPosts, seesSession, signIn, signOut } from '../harness/visitor.mjs'

/** @param {import('./every.mjs').Visit} visit */
export const tabsFollow = (visit) => {
  test('a second tab follows the sign-in and the sign-out of the first', () =>
    visit(async (page, context) => {
      const other = await openTab(context)
      await seesSession(other, 'anonymous')
      await signIn(page, ada)
      await seesSession(other, 'authenticated', 'ada')
      assert.equal((await readPosts(other)).code, undefined)
      await signOut(page)
      await seesSession(other, 'anonymous')
      assert.equal((await readPosts(other)).code, 'unauthorized')
    }))

  test("a second tab follows a sign-out by next-auth's own signOut", () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const other = await openTab(context)
      await seesSession(other, 'authenticated', 'ada')
      await page.evaluate(() => bench.ownSignOut())
      assert.equal(await hasCookie(context, site), false)
      await seesSession(other, 'anonymous')
      assert.equal((await readPosts(other)).code, 'unauthorized')
    }))

  test("next-auth's own components in a second tab follow the client", () =>
    visit(async (page, context) => {
      const own = await context.newPage()
      await own.goto('/own')
      await seesSession(own, 'unauthenticated')
      await signIn(page, ada)
      await seesSession(own, 'authenticated', 'ada')
      await signOut(page)
      await seesSession(own, 'unauthenticated')
    }))

  test('a second tab follows an update', () =>
    visit(async (page, context) => {
      await signIn(page, ada)
      const other = await openTab(context)
      await page.evaluate(() => bench.api.update({ name: 'Countess' }))
      await seesSession(other, 'authenticated', 'Countess')
    }))
}
