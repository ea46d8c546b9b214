import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { browser } from './browser.mjs'
import { ada, grace, nextUrl } from './stack.mjs'
import { enterPassword, seesSession, signIn, signOut, textOf, tokenOn, visit } from './visitor.mjs'

test('the client page and the server page show the identical token', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    assert.equal(await textOf(page, 'user-name'), 'ada')
    const client = await tokenOn(page, `${nextUrl}/client`)
    const clientPrint = await page.getByTestId('token-fingerprint').filter({ hasText: /./ }).textContent()
    const server = await tokenOn(page, `${nextUrl}/server`)
    assert.match(client, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    assert.equal(client, server)
    assert.equal(clientPrint, createHash('sha256').update(client).digest('hex').slice(0, 16))
    assert.equal(await textOf(page, 'token-fingerprint'), clientPrint)
  }))

test('the session document shows no refresh token', () =>
  visit(browser, async (page, context) => {
    await signIn(page, ada)
    const session = await (await context.request.get(`${nextUrl}/api/auth/session`)).json()
    assert.deepEqual(Object.keys(session).sort(), ['accessToken', 'expires', 'user'])
    assert.equal(session.user.refreshToken, undefined)
  }))

test('two people in two browsers see themselves', () =>
  visit(browser, (adasPage) =>
    visit(browser, async (gracesPage) => {
      await Promise.all([signIn(adasPage, ada), signIn(gracesPage, grace)])
      const [adas, graces] = await Promise.all(
        [adasPage, gracesPage].map((page) => tokenOn(page, `${nextUrl}/client`)),
      )
      assert.notEqual(adas, graces)
      assert.equal(await textOf(adasPage, 'user-name'), 'ada')
      assert.equal(await textOf(gracesPage, 'user-name'), 'grace')
    }),
  ))

test('a CSRF cookie that another first request replaces does not hinder the sign-in', () =>
  visit(browser, async (page, context) => {
    const replaced = async (/** @type {import('playwright-core').Route} */ route) => {
      await context.clearCookies({ name: 'authjs.csrf-token' })
      await route.continue()
    }
    await page.route('**/api/auth/callback/credentials**', replaced, { times: 1 })
    await signIn(page, ada)
  }))

test('a wrong password is said to be wrong', () =>
  visit(browser, async (page, context) => {
    await enterPassword(page, { ...ada, password: 'lovelace-1844' })
    assert.equal(await textOf(page, 'error-message'), 'The user name or the password is wrong.')
    await seesSession(page, 'anonymous')
    assert.equal(
      (await context.cookies()).some(({ name }) => name.includes('session-token')),
      false,
    )
  }))

test('signing out is seen by the client page, the server page and another tab', () =>
  visit(browser, async (page, context) => {
    await signIn(page, ada)
    const other = await context.newPage()
    await other.goto(`${nextUrl}/client`)
    await seesSession(other, 'authenticated')
    await signOut(page)
    await seesSession(other, 'anonymous')
    await other.getByTestId('signed-out').waitFor()
    for (const path of ['/client', '/server', '/posts']) {
      await page.goto(nextUrl + path)
      await page.getByTestId('signed-out').waitFor()
      assert.equal(await page.getByTestId('access-token').count(), 0)
    }
  }))
