/** The browser of a file of tests: opened before the first of them, closed after the last. */

import { after, before } from 'node:test'
import { openBrowser } from './visitor.mjs'

/** @type {import('playwright-core').Browser} */
export let browser

before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())
