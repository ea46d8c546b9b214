import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt, fingerprint } from '../systems/backend.mjs'
import { seesSession as sees, signIn as signInAtReact } from '../systems/visitor.mjs'
import { ada, admin, appUrl, axumUrl, backends, grace } from './stack.mjs'
import {
  assertShowsNone,
  claim,
  cookieNamed,
  enter,
  seesSession,
  signIn,
  signOut,
  tenCalls,
  textOf,
  visit,
  writePost,
} from './visitor.mjs'

const backend = backendAt(backends.s2)

beforeEach(async () => {
  await backend.mendPaths()
  await backend.forgetCalls()
})

/** Whether the code is allowed, as the page says. @param {import('playwright-core').Page} page @param {string} code */
const may = (page, code) => page.locator(`[data-code="${code}"]`).getAttribute('data-allowed')

test('S2.1 a sign-in passes the backend’s cookie on, which the page never shows', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    const cookie = await cookieNamed(context, 'token')
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path], [true, 'Strict', '/'])
    const left = (cookie?.expires ?? 0) - Date.now() / 1000
    assert.ok(left > 86_000 && left <= 86_400, `${left}`)
    assert.equal(await textOf(page, 'token-fingerprint'), fingerprint(cookie?.value ?? '').slice(0, 16))
    await assertShowsNone(page, [])
    assert.equal(await tenCalls(page), 10)
    await writePost(page, 's2', `by the Rust server ${crypto.randomUUID()}`)
  }))

test('S2.1 a wrong password is told in the words of the backend', () =>
  visit(browser, async (page, context) => {
    const answer = await enter(page, 's2', { ...ada, password: 'lovelace-1844' })
    assert.equal(answer.status(), 401)
    assert.equal(await textOf(page, 'error-message'), '邮箱或密码错误')
    await seesSession(page, 'anonymous')
    assert.deepEqual(await context.cookies(), [])
  }))

test('S2.2 a sign-in here is seen by the backend through the cookie, and by the React app', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    assert.equal(await claim(page, 'user').then((user) => JSON.parse(user ?? '').email), ada.email)
    const cookie = `token=${(await cookieNamed(context, 'token'))?.value}`
    const session = await (await fetch(`${backends.s2}/auth/session`, { headers: { cookie } })).json()
    assert.equal(session.data.user.username, 'ada')
    await page.goto(`${appUrl}/s2`)
    await sees(page, 'authenticated')
    assert.equal(await textOf(page, 'user-name'), 'ada')
  }))

test('S2.2 a sign-in in the React app is seen here, by the same token', () =>
  visit(browser, async (page, context) => {
    await signInAtReact(page, 's2', grace)
    await page.goto(`${axumUrl}/s2`)
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'user-name'), 'grace')
    const token = (await cookieNamed(context, 'token'))?.value ?? ''
    assert.equal(await textOf(page, 'token-fingerprint'), fingerprint(token).slice(0, 16))
  }))

test('S2.3 what the user may do is shown, and asked', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', ada)
    assert.equal(await may(page, 'account.user.read'), 'true')
    assert.equal(await may(page, 'account.user.delete'), 'false')
    await page.getByTestId('permission-code').fill('account.user.read')
    await page.getByTestId('permission-ask').click()
    await page.locator('[data-testid="permission-answer"][data-allowed="true"]').waitFor()
    await page.getByTestId('permission-code').fill('account.user')
    await page.getByTestId('permission-ask').click()
    await page.locator('[data-testid="permission-answer"][data-allowed="false"]').waitFor()
    await page.getByTestId('members-read').click()
    assert.ok((await page.getByTestId('member').allTextContents()).includes('grace'))
  }))

test('S2.3 whoever may not is refused in the words of the backend, and a super administrator may all', () =>
  visit(browser, async (page) => {
    await signIn(page, 's2', grace)
    assert.equal(await may(page, 'account.user.read'), 'false')
    const [answer] = await Promise.all([
      page.waitForResponse(`${axumUrl}/s2/members`),
      page.getByTestId('members-read').click(),
    ])
    assert.equal(answer.status(), 403)
    assert.match(await textOf(page, 'error-message'), /\p{Script=Han}/u)
    await signIn(page, 's2', admin)
    await page.goto(`${axumUrl}/s2?code=anything.at.all`)
    await page.locator('[data-testid="permission-answer"][data-allowed="true"]').waitFor()
  }))

test('S2.4 a sign-out is told, and leaves nothing here, in the React app or in the browser', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    assert.equal(await signOut(page), 'told')
    assert.deepEqual(await context.cookies(), [])
    for (const path of ['/s2', '/s2/posts', '/s2?code=x']) {
      await page.goto(axumUrl + path)
      await page.getByTestId('signed-out').waitFor()
      await assertShowsNone(page, [ada.email, '/avatars/ada.jpg'])
    }
    await page.goto(`${appUrl}/s2`)
    await sees(page, 'anonymous')
  }))

test('S2.4 a sign-out that the backend cannot be told of takes the cookie all the same', () =>
  visit(browser, async (page, context) => {
    await signIn(page, 's2', ada)
    await backend.breakPath({ path: '/auth/logout', status: 503, times: 50 })
    assert.equal(await signOut(page), 'untold')
    assert.deepEqual(await context.cookies(), [])
  }))
