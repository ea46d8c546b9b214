/** Answers that come after the sign-out which they know nothing of. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ada, hasCookie, readPosts, seesSession, signIn, signOut, snapshot } from '../harness/visitor.mjs'

const SESSION = '/api/auth/session'

/** Forgets what subscribers were told so far. @param {import('playwright-core').Page} page */
const forgetHeard = (page) => page.evaluate(() => void bench.heard.splice(0))

/** @param {import('./every.mjs').Visit} visit */
export const lateAnswersAreDropped = (visit) => {
  test('a session read that began before the sign-out never revives the session', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      await seesSession(page, 'authenticated', 'ada')
      const hold = site.hold('GET', SESSION)
      const late = await page.evaluateHandle(() => ({
        ended: bench.api.getSession({ fresh: true }).then(({ status }) => status),
      }))
      assert.deepEqual(await hold.arrived, { setsCookie: true })
      await signOut(page)
      await forgetHeard(page)
      hold.release()
      await hold.over
      assert.notEqual(await late.evaluate(({ ended }) => ended), 'authenticated')
      assert.equal(await snapshot(page), 'anonymous')
      assert.equal(await hasCookie(context, site), false)
      assert.equal((await readPosts(page)).code, 'unauthorized')
      assert.equal(
        await page.evaluate(async () => (await bench.api.getSession({ fresh: true })).status),
        'anonymous',
      )
      assert.equal((await page.evaluate(() => bench.heard)).includes('authenticated'), false)
    }))

  test('a call that waits for the session while the user signs out goes to the backend without a token', () =>
    visit(async (page, _context, site) => {
      const { data } = await signIn(page, ada)
      assert.equal(data?.status, 'authenticated')
      const token = data?.status === 'authenticated' ? (data.accessToken ?? '') : ''
      const hold = site.hold('GET', SESSION)
      const late = await page.evaluateHandle(() => {
        void bench.api.getSession({ fresh: true })
        return { ended: bench.api.get('/api/posts').then(({ error }) => error?.code) }
      })
      await hold.arrived
      await signOut(page)
      hold.release()
      assert.ok(await late.evaluate(({ ended }) => ended))
      assert.deepEqual(await site.callsWith(token), [])
    }))

  test('an update that began before the sign-out never revives the session', () =>
    visit(async (page, context, site) => {
      await signIn(page, ada)
      const hold = site.hold('POST', SESSION)
      const late = await page.evaluateHandle(() => ({
        ended: bench.api.update({ name: 'Countess' }).then(() => {}),
      }))
      await hold.arrived
      await signOut(page)
      await forgetHeard(page)
      hold.release()
      await hold.over
      await late.evaluate(({ ended }) => ended)
      assert.equal(await snapshot(page), 'anonymous')
      assert.equal(await hasCookie(context, site), false)
      assert.equal((await page.evaluate(() => bench.heard)).includes('authenticated'), false)
    }))

  // Auth.js rolls the cookie with every read and keeps no list of ended sessions: nobody but who asked can prevent this.
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
