import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ada,
  grace,
  hasCookie,
  readPosts,
  seesSession,
  signIn,
  snapshot,
  tokenOf,
} from '../harness/visitor.mjs'

/** @param {import('./every.mjs').Visit} visit */
export const signInBehaves = (visit) => {
  test("a sign-in gives the session whose access token is the backend's", () =>
    visit(async (page, context, site) => {
      await seesSession(page, 'anonymous')
      assert.equal((await readPosts(page)).code, 'unauthorized')
      const { data, code } = await signIn(page, ada)
      assert.equal(code, undefined)
      assert.equal(data?.status, 'authenticated')
      await seesSession(page, 'authenticated', 'ada')
      assert.ok(await hasCookie(context, site))
      const token = await tokenOf(page)
      assert.equal((await site.ownerOf(token)).username, 'ada')
    }))

  test('a call after the sign-in carries the token of the session', () =>
    visit(async (page, _context, site) => {
      await signIn(page, ada)
      const { data, code } = await readPosts(page)
      assert.equal(code, undefined)
      assert.ok(Array.isArray(data))
      const calls = await site.callsWith(await tokenOf(page))
      assert.deepEqual(
        calls.map(({ method, path, user, count }) => ({ method, path, user, count })),
        [{ method: 'GET', path: '/api/posts', user: 'ada', count: 1 }],
      )
    }))

  test('a wrong password is recognised, and nobody is signed in', () =>
    visit(async (page, context, site) => {
      const { data, code } = await signIn(page, { ...ada, password: 'lovelace-1844' })
      assert.equal(data, undefined)
      assert.equal(code, 'sign_in_refused')
      assert.equal(await snapshot(page), 'anonymous')
      assert.equal(await hasCookie(context, site), false)
      assert.equal((await readPosts(page)).code, 'unauthorized')
      assert.equal(
        await page.evaluate(async () => (await bench.api.getSession({ fresh: true })).status),
        'anonymous',
      )
    }))

  test('a wrong password does not hinder the right one', () =>
    visit(async (page) => {
      await signIn(page, { ...ada, password: '' })
      assert.equal((await signIn(page, ada)).data?.status, 'authenticated')
      await seesSession(page, 'authenticated', 'ada')
    }))

  test('a sign-in that the backend cannot verify is no sign-in', () =>
    visit(async (page, context, site) => {
      await site.breakLogin()
      assert.deepEqual(await signIn(page, ada), { data: undefined, code: site.version.unverified })
      assert.equal(await hasCookie(context, site), false)
      assert.equal((await signIn(page, ada)).data?.status, 'authenticated')
    }))

  test('who signs in over somebody else is the one who is signed in', () =>
    visit(async (page, _context, site) => {
      await signIn(page, ada)
      const adas = await tokenOf(page)
      await signIn(page, grace)
      await seesSession(page, 'authenticated', 'grace')
      const graces = await tokenOf(page)
      assert.ok(graces !== adas)
      assert.equal((await site.ownerOf(graces)).username, 'grace')
      await readPosts(page)
      assert.deepEqual((await site.callsWith(adas)).length, 0)
    }))
}
