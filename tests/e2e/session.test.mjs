import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countCalls, forgetCalls } from './backend.mjs'
import { browser } from './browser.mjs'
import { ada, nextUrl } from './stack.mjs'
import { seesSession, signIn, textOf, visit } from './visitor.mjs'

test('twenty calls on a fresh page read the session once', () =>
  visit(browser, async (page) => {
    await signIn(page, ada)
    await forgetCalls()
    let reads = 0
    page.on('request', (request) => {
      if (request.method() === 'GET' && new URL(request.url()).pathname === '/api/auth/session') reads += 1
    })
    await page.goto(`${nextUrl}/burst`)
    await page.getByTestId('burst-count').filter({ hasText: '20' }).waitFor()
    await seesSession(page, 'authenticated')
    assert.deepEqual(await page.getByTestId('burst-answer').allTextContents(), Array(20).fill('ada'))
    assert.equal(await countCalls('GET', '/api/me'), 20)
    assert.equal(reads, 1)
  }))

const broken = {
  'answers 500': {
    status: 500,
    contentType: 'application/json',
    body: '{"message":"prisma: pool exhausted at db-3"}',
  },
  'answers 503 with HTML': {
    status: 503,
    contentType: 'text/html',
    body: '<h1>nginx: upstream db-3 timed out</h1>',
  },
  'answers 200 with HTML': {
    status: 200,
    contentType: 'text/html',
    body: '<h1>Welcome to the db-3 hotel</h1>',
  },
}

for (const [what, answer] of Object.entries(broken)) {
  test(`a session endpoint that ${what} leaves the session unknown and nobody signed out`, () =>
    visit(browser, (page, context) => unknownThenWell(page, context, (route) => route.fulfill(answer))))
}

test('a session endpoint that is gone leaves the session unknown and nobody signed out', () =>
  visit(browser, (page, context) =>
    unknownThenWell(page, context, (route) => route.abort('connectionrefused')),
  ))

/**
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').BrowserContext} context
 * @param {(route: import('playwright-core').Route) => Promise<void>} disturb
 */
const unknownThenWell = async (page, context, disturb) => {
  await signIn(page, ada)
  await page.route('**/api/auth/session', disturb)
  await page.goto(`${nextUrl}/client`)
  await seesSession(page, 'unknown')
  assert.match(await textOf(page, 'error-message'), /^(?!.*(prisma|nginx|db-3|undefined|<)).{10,}$/)
  assert.equal(await page.getByTestId('signed-out').count(), 0)
  assert.ok((await context.cookies()).some(({ name }) => name === 'authjs.session-token'))
  await page.unroute('**/api/auth/session')
  await page.getByTestId('retry').click()
  await seesSession(page, 'authenticated')
  assert.match(await textOf(page, 'access-token'), /^ey/)
}
