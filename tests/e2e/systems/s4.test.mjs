import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from './backend.mjs'
import { appUrl, backends } from './stack.mjs'
import { assertNothingOf, inHeap } from './traces.mjs'
import {
  refresh,
  seesSession,
  signInAtProvider as signIn,
  signOut,
  tenCalls,
  textOf,
  visit,
  writePost,
} from './visitor.mjs'

const backend = backendAt(backends.s4)

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetCalls()
})

const email = 'ada@example.com'

/** The cookie of the session. @param {import('playwright-core').BrowserContext} context */
const sessionCookie = async (context) => (await context.cookies()).find(({ name }) => name === 'app_session')

test('a sign-in at the provider gives a session, and nothing is left after the sign-out', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    assert.equal(await textOf(page, 'user-name'), 'Ada Lovelace')
    assert.equal(await tenCalls(page), 10)
    await refresh(page)
    const token = (await sessionCookie(context))?.value ?? ''
    assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    // The address is in the app's own sources, the id is not.
    const id = (await page.locator('[data-testid="session-field"][data-name="id"]').textContent()) ?? ''
    assert.match(id, /^[\da-f-]{36}$/)
    await writePost(page, 's4', `by OAuth ${crypto.randomUUID()}`)
    assert.deepEqual(await inHeap(page, [token, id]), [id])
    assert.ok((await backend.calls()).every(({ bearer_sha256 }) => bearer_sha256 === null))

    assert.equal(await signOut(page), 'told')
    assert.equal(await sessionCookie(context), undefined)
    await assertNothingOf(page, [token, email, id])
    assert.deepEqual(await inHeap(page, [token, id]), [])
    await page.reload()
    await seesSession(page, 'anonymous')
  }))

test('the way back is kept with its query and its fragment', () =>
  visit(browser, async (page) => {
    const wanted = `${appUrl}/s4/posts?from=mail&page=2#top`
    await page.goto(wanted)
    await page.getByTestId('signed-out').getByRole('link').click()
    await page.getByTestId('sign-in').click()
    await page.waitForURL(wanted)
    await seesSession(page, 'authenticated')
    await page.getByTestId('new-post-title').waitFor()
  }))

test('ten calls whose session has ended lead to the sign-in page once, and back', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    await context.clearCookies({ name: 'app_session' })
    /** @type {string[]} */
    const visited = []
    page.on('framenavigated', (frame) => visited.push(frame.url()))
    const signInPage = `${appUrl}/s4/sign-in?returnTo=%2Fs4`
    await page.getByTestId('calls').click()
    await page.waitForURL(signInPage)
    await seesSession(page, 'anonymous')
    assert.deepEqual(visited, [signInPage])
    await page.getByTestId('sign-in').click()
    await page.waitForURL(`${appUrl}/s4`)
    await seesSession(page, 'authenticated')
  }))

for (const foreign of ['https://evil.example/', '//evil.example', '/\\evil.example', '/..//evil.example']) {
  test(`the way back ${foreign} is refused, and nobody leaves for the provider`, () =>
    visit(browser, async (page) => {
      const address = `${appUrl}/s4/sign-in?returnTo=${encodeURIComponent(foreign)}`
      await page.goto(address)
      await page.getByTestId('sign-in').click()
      assert.match(await textOf(page, 'error-message'), /path of the app/)
      assert.equal(page.url(), address)
      assert.equal(await backend.count('GET', '/api/auth/google'), 0)
      const start = `${backends.s4}/api/auth/google?returnTo=${encodeURIComponent(foreign)}`
      if (!foreign.startsWith('/..')) assert.equal((await fetch(start, { redirect: 'manual' })).status, 400)
    }))
}

test('a sign-out with the backend away succeeds here and says that it was not told', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    await page.route(`${backends.s4}/**`, (route) => route.abort('connectionrefused'))
    assert.equal(await signOut(page), 'untold')
    await assertNothingOf(page, [email])
    // No script can take this cookie away, which is why the page says so.
    assert.ok(await sessionCookie(context))
    await page.unroute(`${backends.s4}/**`)
    await page.reload()
    await seesSession(page, 'authenticated')
    assert.equal(await signOut(page), 'told')
    assert.equal(await sessionCookie(context), undefined)
  }))
