import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { breakPath, mendPaths } from './backend.mjs'
import { browser } from './browser.mjs'
import { ada, backendUrl, nextUrl } from './stack.mjs'
import { enterPassword, seesSession, signIn, textOf, visit } from './visitor.mjs'

afterEach(mendPaths)

const showable = /^(?!.*(undefined|null|stack|SELECT|db-3|<|\{)).{10,}$/

/** Opens the posts while they fail, mends the cause, and tries again. @param {import('playwright-core').Page} page @param {() => Promise<unknown>} mend */
const failsThenWorks = async (page, mend) => {
  await page.goto(`${nextUrl}/posts`)
  assert.match(await textOf(page, 'error-message'), showable)
  await seesSession(page, 'authenticated')
  await mend()
  await page.getByTestId('retry').click()
  await page.getByTestId('error-message').waitFor({ state: 'detached' })
  await seesSession(page, 'authenticated')
}

const faults = {
  'a 503 with an internal message': {
    status: 503,
    contentType: 'application/json',
    body: '{"message":"SELECT failed on db-3.internal: stack overflow"}',
  },
  'HTML in place of JSON': {
    status: 200,
    contentType: 'text/html',
    body: '<html><h1>SELECT db-3</h1></html>',
  },
  'a 502 with a page': { status: 502, contentType: 'text/html', body: '<html><h1>db-3 is away</h1></html>' },
}

for (const [what, answer] of Object.entries(faults)) {
  test(`${what} is told in words and signs nobody out`, () =>
    visit(browser, async (page) => {
      await signIn(page, ada)
      await breakPath({ path: '/api/posts', times: 50, ...answer })
      await failsThenWorks(page, mendPaths)
    }))
}

test('a backend that is down is told in words and signs nobody out', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await page.route(`${backendUrl}/**`, (route) => route.abort('connectionrefused'))
    await failsThenWorks(page, () => page.unroute(`${backendUrl}/**`))
  }))

test('a refused post shows the backend’s own reason', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await page.goto(`${nextUrl}/posts`)
    await page.getByTestId('new-post-submit').click()
    assert.match(await textOf(page, 'error-message'), /title/i)
    await seesSession(page, 'authenticated')
  }))

test('signing in while the backend is down is not called a wrong password', () =>
  visit(browser, async (page) => {
    await breakPath({
      path: '/api/auth/login',
      status: 503,
      contentType: 'text/plain',
      body: 'db-3',
      times: 5,
    })
    await enterPassword(page, ada)
    assert.equal(await textOf(page, 'error-message'), 'The server could not answer. Please try again later.')
  }))
