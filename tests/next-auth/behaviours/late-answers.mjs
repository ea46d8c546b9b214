/** Answers that come after the sign-out which they know nothing of: each would set the session's cookie again. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
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

const SESSION = '/api/auth/session'
/** Less than a session read's own limit, in milliseconds. */
const PATIENCE = 5_000

/** @typedef {import('./every.mjs').Page} Page */

/** Begins a fresh session read, whose end can be waited for. @param {Page} page */
const beginRead = (page) =>
  page.evaluateHandle(() => ({
    ended: bench.api.getSession({ fresh: true }).then(({ status }) => status),
  }))

/** Lets an answer go after the browser has given up waiting for it. @param {import('../harness/gate.mjs').Hold} hold */
const releaseTooLate = async ({ over, release }) => {
  const ended = await Promise.race([over, setTimeout(PATIENCE, 'still waited for', { ref: false })])
  release()
  assert.equal(ended, 'aborted')
}

/** Nobody is signed in, now and for whoever asks anew. @param {Page} page @param {import('./every.mjs').BrowserContext} context @param {import('./every.mjs').Site} site */
const isSignedOut = async (page, context, site) => {
  assert.equal(await snapshot(page), 'anonymous')
  assert.equal(await hasCookie(context, site), false)
  assert.equal((await readPosts(page)).code, 'unauthorized')
  assert.equal(await (await beginRead(page)).evaluate(({ ended }) => ended), 'anonymous')
  await seesSession(await openTab(context), 'anonymous')
}

/** @param {import('./every.mjs').Visit} visit */
export const lateAnswersAreDropped = (visit) => {
  test('a session read that began before the sign-out never revives the session', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      await seesSession(page, 'authenticated', 'ada')
      const hold = site.hold('GET', SESSION)
      const read = await beginRead(page)
      assert.deepEqual(await hold.arrived, { setsCookie: true })
      await page.evaluate(() => void bench.heard.splice(0))
      await signOut(page)
      await releaseTooLate(hold)
      assert.equal(await read.evaluate(({ ended }) => ended), 'anonymous')
      await isSignedOut(page, context, site)
      assert.deepEqual(await page.evaluate(() => bench.heard), ['anonymous'])
    }))

  test('a session read that begins while the sign-out is on its way never revives the session', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const signingOut = site.hold('POST', '/api/auth/signout')
      const out = await page.evaluateHandle(() => ({ ended: bench.api.signOut().then(() => {}) }))
      await signingOut.arrived
      // Whether it waits, or is sent and then given up, is the client's choice.
      const hold = site.hold('GET', SESSION)
      const read = await beginRead(page)
      signingOut.release()
      await out.evaluate(({ ended }) => ended)
      hold.release()
      assert.equal(await read.evaluate(({ ended }) => ended), 'anonymous')
      await isSignedOut(page, context, site)
    }))

  test("a page's first session read, under way at the sign-out, ends with nobody signed in", () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const hold = site.hold('GET', SESSION)
      const fresh = await context.newPage()
      await fresh.goto('/')
      await hold.arrived
      const read = await fresh.evaluateHandle(() => ({
        ended: bench.api.getSession().then(({ status }) => status),
      }))
      await signOut(fresh)
      await releaseTooLate(hold)
      assert.equal(await read.evaluate(({ ended }) => ended), 'anonymous')
      await isSignedOut(fresh, context, site)
    }))

  test('a session read of another tab that began before the sign-out never revives the session', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const other = await openTab(context)
      const hold = site.hold('GET', SESSION)
      const read = await beginRead(other)
      assert.deepEqual(await hold.arrived, { setsCookie: true })
      await signOut(page)
      await releaseTooLate(hold)
      assert.equal(await read.evaluate(({ ended }) => ended), 'anonymous')
      await isSignedOut(other, context, site)
    }))

  test('a call that waits for the session while the user signs out goes to the backend without a token', () =>
    visit(async (page, _context, site) => {
      await signIn(page, ada)
      const token = await tokenOf(page)
      const hold = site.hold('GET', SESSION)
      const call = await page.evaluateHandle(() => {
        void bench.api.getSession({ fresh: true })
        return { ended: bench.api.get('/api/posts').then(({ error }) => error?.code) }
      })
      await hold.arrived
      await signOut(page)
      await releaseTooLate(hold)
      assert.ok(await call.evaluate(({ ended }) => ended))
      assert.deepEqual(await site.callsWith(token), [])
    }))

  test('an update that began before the sign-out never revives the session', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const hold = site.hold('POST', SESSION)
      const update = await page.evaluateHandle(() => ({
        ended: bench.api.update({ name: 'Countess' }).then(({ data }) => data?.status),
      }))
      assert.deepEqual(await hold.arrived, { setsCookie: true })
      await signOut(page)
      await releaseTooLate(hold)
      assert.notEqual(await update.evaluate(({ ended }) => ended), 'authenticated')
      await isSignedOut(page, context, site)
    }))

  // Auth.js sets the cookie anew with every read and remembers no ended session: only who asked can prevent this.
  test('a read of somebody else in the page, answered after the sign-out, brings the cookie back', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const hold = site.hold('GET', SESSION)
      const foreign = await page.evaluateHandle(
        (path) => ({ ended: fetch(path).then((response) => response.text()) }),
        SESSION,
      )
      assert.deepEqual(await hold.arrived, { setsCookie: true })
      await signOut(page)
      assert.equal(await hasCookie(context, site), false)
      hold.release()
      assert.equal(await hold.over, 'delivered')
      await foreign.evaluate(({ ended }) => ended)
      assert.ok(await hasCookie(context, site))
      assert.equal(await snapshot(page), 'anonymous')
    }))
}
