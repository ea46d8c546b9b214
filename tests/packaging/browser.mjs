import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { quiet } from '../chromium.mjs'

const found = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))

/** The browser of the tests. */
export const executablePath = () => {
  if (!found)
    throw new Error('No Chromium found: install it (Debian: apt-get install chromium) or set CHROMIUM.')
  return found
}

/** Opens a page in Chromium for one test; `complaints` collects what its console says. */
export const openPage = async (test) => {
  const browser = await chromium.launch({ executablePath: executablePath(), args: quiet })
  test.after(() => browser.close())
  const context = await browser.newContext({ acceptDownloads: true })
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  return { context, page, complaints }
}
