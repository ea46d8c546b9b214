import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { quiet } from '../chromium.mjs'

const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))

/** Opens a page in Chromium for one test; `complaints` collects what its console says. */
export const openPage = async (test) => {
  if (!executablePath)
    throw new Error('No Chromium found: install it (Debian: apt-get install chromium) or set CHROMIUM.')
  const browser = await chromium.launch({ executablePath, args: quiet })
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
