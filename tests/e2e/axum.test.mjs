import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countCalls, forgetCalls } from './backend.mjs'
import { browser } from './browser.mjs'
import { ada, axumUrl, nextUrl } from './stack.mjs'
import { seesSession, signIn, signOut, textOf, tokenOn, visit } from './visitor.mjs'

const axum = axumUrl()

/** Writes a post with the form of the page. @param {import('playwright-core').Page} page @param {string} title */
const write = async (page, title) => {
  await page.getByTestId('new-post-title').fill(title)
  await page.getByTestId('new-post-submit').click()
  await page.getByTestId('post-title').filter({ hasText: title }).waitFor()
}

test('the Rust server shows the token that the Next app shows, from the same cookie', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    const client = await tokenOn(page, `${nextUrl}/client`)
    assert.equal(await tokenOn(page, axum), client)
    assert.equal(await textOf(page, 'user-name'), 'ada')
    await seesSession(page, 'authenticated')
    const print = await textOf(page, 'token-fingerprint')
    await page.goto(`${nextUrl}/server`)
    assert.equal(await textOf(page, 'token-fingerprint'), print)
  }))

test('a post made on one side appears on the other', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    const [here, there] = ['written in the browser', 'written on the server'].map(
      (title) => `${title} <${Date.now()}> & 好`,
    )
    await page.goto(`${nextUrl}/posts`)
    await write(page, `${here}`)
    await page.goto(`${axum}/posts`)
    assert.ok((await page.getByTestId('post-title').allTextContents()).includes(`${here}`))
    await write(page, `${there}`)
    await page.goto(`${nextUrl}/posts`)
    await page
      .getByTestId('post-title')
      .filter({ hasText: `${there}` })
      .waitFor()
  }))

test('signing out in the browser signs out the client page, the server page and the Rust server', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await page.goto(`${axum}/posts`)
    await seesSession(page, 'authenticated')
    await page.goto(nextUrl)
    await seesSession(page, 'authenticated')
    await signOut(page)
    for (const url of [`${nextUrl}/client`, `${nextUrl}/server`, axum, `${axum}/posts`]) {
      await page.goto(url)
      await page.getByTestId('signed-out').waitFor()
      assert.equal(await page.getByTestId('access-token').count(), 0)
    }
  }))

test('a render with five equal reads asks the backend once, and the next render asks again', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await forgetCalls()
    await page.goto(`${axum}/posts`)
    assert.equal(await countCalls('GET', '/api/posts'), 1)
    await page.goto(`${axum}/posts`)
    assert.equal(await countCalls('GET', '/api/posts'), 2)
  }))
