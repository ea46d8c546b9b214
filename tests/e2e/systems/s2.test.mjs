import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt } from './backend.mjs'
import { ada, admin, appUrl, backends, grace } from './stack.mjs'
import { hearTokens } from './tokens.mjs'
import { assertNothingOf, inHeap, placesOf } from './traces.mjs'
import {
  enter,
  refresh,
  seesSession,
  signIn,
  signOut,
  tenCalls,
  textOf,
  useBackend,
  visit,
  writePost,
} from './visitor.mjs'

const backend = backendAt(backends.s2)

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetCalls()
})

/** Something that only the session says of ada: her address is in the sign-in page's hint, too. */
const avatar = '/avatars/ada.jpg'

/** @param {import('playwright-core').BrowserContext} context */
const hasCookie = async (context) => (await context.cookies()).some(({ name }) => name === 'token')

test('the token is in no place that a script can read, and nothing is left after the sign-out', () =>
  visit(browser, async (page, context) => {
    const heard = hearTokens(page, /^\/auth\/login$/, 'token')
    await signIn(page, 's2', ada)
    assert.equal(await textOf(page, 'user-name'), 'ada')
    assert.equal(await textOf(page, 'credential-place'), 'a cookie that no script can read')
    assert.equal(await tenCalls(page), 10)
    await refresh(page)
    await writePost(page, 's2', `by a cookie ${crypto.randomUUID()}`)
    assert.equal(heard.length, 1)
    assert.deepEqual(await placesOf(page, heard), [])
    assert.deepEqual(await inHeap(page, [...heard, avatar]), [avatar])
    assert.ok((await backend.calls()).every(({ bearer_sha256 }) => bearer_sha256 === null))
    assert.ok(await hasCookie(context))

    assert.equal(await signOut(page), 'told')
    assert.equal(await hasCookie(context), false)
    await assertNothingOf(page, [...heard, ada.email, avatar])
    assert.deepEqual(await inHeap(page, [...heard, avatar]), [])
  }))

/** The answers of the page for some codes. @param {import('playwright-core').Page} page */
const permissions = (page) =>
  page
    .getByTestId('permission')
    .evaluateAll((items) =>
      Object.fromEntries(
        items.map((item) => [item.getAttribute('data-code'), item.getAttribute('data-allowed') === 'true']),
      ),
    )

const nothing = {
  'account.role.read': false,
  'account.user.read': false,
  'account.user.delete': false,
  'system.log.read': false,
}
const may = {
  ada: { ...nothing, 'account.role.read': true, 'account.user.read': true, 'system.log.read': true },
  grace: { ...nothing, 'account.role.read': true },
  admin: {
    'account.role.read': true,
    'account.user.read': true,
    'account.user.delete': true,
    'system.log.read': true,
  },
}

for (const [name, account] of Object.entries({ ada, grace, admin })) {
  test(`${name} may do what the backend lists, which is asked once`, () =>
    visit(browser, async (page) => {
      await signIn(page, 's2', account)
      await page.locator('[data-code="account.role.read"][data-allowed="true"]').waitFor()
      assert.deepEqual(await permissions(page), may[/** @type {'ada'} */ (name)])
      assert.equal(await backend.count('GET', '/auth/permissions'), 1)
    }))
}

test('permissions of one user are not shown to the next', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', admin)
    await page.locator('[data-code="account.user.delete"][data-allowed="true"]').waitFor()
    await signOut(page)
    await signIn(page, 's2', grace)
    await page.locator('[data-code="account.role.read"][data-allowed="true"]').waitFor()
    assert.deepEqual(await permissions(page), may.grace)
  }))

test('a code is asked for as it is typed', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', ada)
    await page.locator('[data-code="account.role.read"][data-allowed="true"]').waitFor()
    const answered = (/** @type {boolean} */ allowed) =>
      page.locator(`[data-testid="permission-answer"][data-allowed="${allowed}"]`).waitFor()
    await page.getByTestId('permission-code').fill('account.user.read')
    await answered(true)
    await page.getByTestId('permission-code').fill('account.user')
    await answered(false)
  }))

test('a call without the permission shows the backend’s message and signs nobody out', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', grace)
    await page.getByTestId('members-read').click()
    assert.match(await textOf(page, 'error-message'), /\p{Script=Han}/u)
    await seesSession(page, 'authenticated')
    await signOut(page)
    await signIn(page, 's2', ada)
    await page.getByTestId('members-read').click()
    await page.getByTestId('member').filter({ hasText: 'grace' }).waitFor()
  }))

test('a wrong password shows the backend’s message', () =>
  visit(browser, async (page, context) => {
    await enter(page, 's2', { ...ada, password: 'lovelace-1844' })
    assert.equal(await textOf(page, 'error-message'), '邮箱或密码错误')
    await seesSession(page, 'anonymous')
    assert.equal(await hasCookie(context), false)
  }))

test('a reload keeps the session', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', ada)
    await page.reload()
    await seesSession(page, 'authenticated')
  }))

test('refusals under status 200 are refusals', () =>
  visit(browser, async (page, context) => {
    await useBackend(context, 's2', backends.s2Ok)
    await page.goto(`${appUrl}/s2`)
    await seesSession(page, 'anonymous')
    await enter(page, 's2', { ...grace, password: 'hopper-1907' })
    assert.equal(await textOf(page, 'error-message'), '邮箱或密码错误')
    await signIn(page, 's2', grace)
    assert.equal(await tenCalls(page), 10)
    await page.getByTestId('members-read').click()
    assert.match(await textOf(page, 'error-message'), /\p{Script=Han}/u)
    assert.equal(await page.getByTestId('member').count(), 0)
    await seesSession(page, 'authenticated')
    assert.equal(await signOut(page), 'told')
    await assertNothingOf(page, [grace.email])
  }))

test('a sign-out with the backend away succeeds here and says that it was not told', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    await page.route(`${backends.s2}/**`, (route) => route.abort('connectionrefused'))
    assert.equal(await signOut(page), 'untold')
    await assertNothingOf(page, [ada.email])
    // No script can take this cookie away, which is why the page says so.
    assert.ok(await hasCookie(context))
    await page.unroute(`${backends.s2}/**`)
    await page.reload()
    await seesSession(page, 'authenticated')
    assert.equal(await signOut(page), 'told')
    assert.equal(await hasCookie(context), false)
  }))
