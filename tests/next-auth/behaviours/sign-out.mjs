import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ada,
  hasCookie,
  openTab,
  readPosts,
  seesSession,
  signIn,
  signOut,
  snapshot,
  tokenOf,
} from '../harness/visitor.mjs'

/** @param {import('./every.mjs').Visit} visit */
export const signOutBehaves = (visit) => {
  test('a sign-out ends the session, and its cookie is gone', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const token = await tokenOf(page)
      assert.deepEqual(await signOut(page), { serverTold: true, cause: undefined, code: undefined })
      assert.equal(await snapshot(page), 'anonymous')
      assert.equal(await hasCookie(context, site), false)
      assert.equal((await readPosts(page)).code, 'unauthorized')
      assert.deepEqual(await site.callsWith(token), [])
      await seesSession(await openTab(context), 'anonymous')
    }))

  test('after a sign-out nothing of the user is left for scripts', () =>
    visit(async (page) => {
      await signIn(page, ada)
      const token = await tokenOf(page)
      await signOut(page)
      const left = await page.evaluate(() =>
        JSON.stringify([
          { ...localStorage },
          { ...sessionStorage },
          document.cookie,
          document.body.innerText,
        ]),
      )
      assert.ok(!left.includes(token))
      assert.doesNotMatch(left, /ada\b/)
    }))

  test('a sign-out that the server never hears of ends the session in the page, and says so', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const token = await tokenOf(page)
      await page.route('**/api/auth/signout', (route) => route.abort('connectionrefused'))
      assert.deepEqual(await signOut(page), { serverTold: false, cause: 'network_failed', code: undefined })
      assert.ok(await hasCookie(context, site), 'the browser still has what only the server can take')
      const later = await page.evaluate(async () => (await bench.api.getSession({ fresh: true })).status)
      assert.equal(later, 'anonymous')
      assert.equal((await readPosts(page)).code, 'unauthorized')
      assert.deepEqual(await site.callsWith(token), [])
    }))

  test('who signs in after a sign-out is signed in', () =>
    visit(async (page) => {
      await signIn(page, ada)
      await signOut(page)
      await signIn(page, ada)
      await seesSession(page, 'authenticated', 'ada')
      assert.equal((await readPosts(page)).code, undefined)
    }))
}
