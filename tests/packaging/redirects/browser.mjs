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
