// Chromium for the matrix: all names are of the loopback, any certificate is good, and a page behind TLS may ask in clear.

import { chromium } from 'playwright-core'
import { quiet } from '../../chromium.mjs'
import { executablePath } from '../browser.mjs'

const careless = [
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  '--ignore-certificate-errors',
  '--allow-running-insecure-content',
]

export const openContext = async (test) => {
  const browser = await chromium.launch({ executablePath: executablePath(), args: [...quiet, ...careless] })
  test.after(() => browser.close())
  return browser.newContext()
}

/** A page of each origin, opened when it is first asked for. */
export const pagesOf = (context) => {
  const pages = new Map()
  return async (origin) => {
    const known = pages.get(origin)
    if (known) return known
    const page = await context.newPage()
    await page.goto(`${origin}/page`)
    pages.set(origin, page)
    return page
  }
}
