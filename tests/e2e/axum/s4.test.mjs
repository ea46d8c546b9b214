import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { browser } from '../browser.mjs'
import { backendAt, fingerprint } from '../systems/backend.mjs'
import { signInAtProvider as signInAtReact } from '../systems/visitor.mjs'
import { appUrl, axumUrl, backends } from './stack.mjs'
import {
  assertShowsNone,
  claim,
  cookieNamed,
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

test('S4.1 the way to the provider has state and a challenge, and the way back is kept', () =>
  visit(browser, async (page) => {
    await page.goto(`${axumUrl}/s4/posts`)
    await page.getByTestId('signed-out').getByRole('link').click()
    const start = (await page.getByTestId('sign-in').getAttribute('href')) ?? ''
    assert.equal(start, `${backends.s4}/api/auth/google?returnTo=%2Fs4%2Fposts`)
    const sent = await fetch(start, { redirect: 'manual' })
    assert.equal(sent.status, 302)
    const asked = new URL(sent.headers.get('location') ?? '').searchParams
    assert.deepEqual(
      ['state', 'code_challenge', 'nonce'].filter((name) => !asked.get(name)),
      [],
    )
    assert.equal(asked.get('code_challenge_method'), 'S256')
    await page.getByTestId('sign-in').click()
    await page.waitForURL(`${axumUrl}/s4/posts`)
    await seesSession(page, 'authenticated')
  }))

test('S4.1 a way back to another site leads to the first page', () =>
  visit(browser, async (page) => {
    for (const foreign of ['//evil.example', 'https://evil.example', '/s4\\evil.example', '/s44', '/s1']) {
      await page.goto(`${axumUrl}/s4/sign-in?returnTo=${encodeURIComponent(foreign)}`)
      const start = (await page.getByTestId('sign-in').getAttribute('href')) ?? ''
      assert.equal(new URL(start).searchParams.get('returnTo'), '/s4', foreign)
    }
  }))

test('S4.2 the sign-in sets a cookie that no script can read, and the page shows none of it', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const cookie = await cookieNamed(context, 'app_session')
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.secure], [true, 'Lax', true])
    await assertShowsNone(page, [])
    assert.equal(await tenCalls(page), 10)
    await writePost(page, 's4', `by the Rust server ${crypto.randomUUID()}`)
  }))

test('S4.3 a sign-in here is seen by the backend through the cookie, and by the React app', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const cookie = `app_session=${(await cookieNamed(context, 'app_session'))?.value}`
    for (const url of [backends.s4, process.env['TWINFETCH_S4_URL']]) {
      const me = await (await fetch(`${url}/api/auth/me`, { headers: { cookie } })).json()
      assert.equal(me.email, 'ada@example.com')
    }
    await page.goto(`${appUrl}/s4`)
    await seesSession(page, 'authenticated')
    assert.equal(await textOf(page, 'user-name'), 'Ada Lovelace')
  }))

test('S4.3 a sign-out here is one for the backend’s cookie and for the React app', () =>
  visit(browser, async (page, context) => {
    await signInAtReact(page)
    await page.goto(`${axumUrl}/s4`)
    await seesSession(page, 'authenticated')
    assert.equal(await signOut(page), 'told')
    assert.equal(await cookieNamed(context, 'app_session'), undefined)
    for (const path of ['/s4', '/s4/posts']) {
      await page.goto(axumUrl + path)
      await page.getByTestId('signed-out').waitFor()
      await assertShowsNone(page, ['ada@example.com'])
    }
    await page.goto(`${appUrl}/s4`)
    await seesSession(page, 'anonymous')
  }))

test('S4.4 the server reads the cookie and forwards its token as bearer', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    const token = (await cookieNamed(context, 'app_session'))?.value ?? ''
    assert.equal(await textOf(page, 'token-fingerprint'), fingerprint(token).slice(0, 16))
    assert.equal(await claim(page, 'nickname'), 'Ada Lovelace')
    const profiles = (await backend.calls()).filter(({ path }) => path === '/api/auth/profile')
    assert.deepEqual(
      profiles.map(({ bearer_sha256 }) => bearer_sha256),
      [fingerprint(token)],
    )
  }))

test('S4.5 a call without a good session leads to the sign-in page, and a refusal shows its message', () =>
  visit(browser, async (page, context) => {
    await signIn(page)
    await page.goto(`${axumUrl}/s4/posts`)
    await page.getByTestId('new-post-title').fill('   ')
    await page.getByTestId('new-post-submit').click()
    assert.equal(await textOf(page, 'error-message'), 'the title must not be empty')
    assert.equal(await page.getByTestId('new-post-title').inputValue(), '   ')
    await context.clearCookies()
    await page.getByTestId('new-post-title').fill('too late')
    await page.getByTestId('new-post-submit').click()
    await page.waitForURL(`${axumUrl}/s4/sign-in?returnTo=/s4/posts`)
    await seesSession(page, 'anonymous')
  }))
