/** What holds with every version of next-auth. */

import { after, before, describe } from 'node:test'
import { startSite } from '../harness/site.mjs'
import { openBrowser, visit } from '../harness/visitor.mjs'
import { lateAnswersAreDropped } from './late-answers.mjs'
import { signInBehaves } from './sign-in.mjs'
import { signOutBehaves } from './sign-out.mjs'
import { tabsFollow } from './tabs.mjs'
import { updateBehaves } from './update.mjs'

/**
 * @typedef {import('../harness/visitor.mjs').Page} Page
 * @typedef {import('../harness/visitor.mjs').BrowserContext} BrowserContext
 * @typedef {import('../harness/site.mjs').Site} Site
 * @typedef {(scenario: (page: Page, context: BrowserContext, site: Site) => Promise<void>) => Promise<void>} Visit
 */

/** @param {import('../harness/site.mjs').Version} version */
export const everyBehaviour = (version) =>
  describe(`next-auth ${version.folder}`, () => {
    /** @type {Site} */
    let site
    /** @type {import('../harness/visitor.mjs').Browser} */
    let browser
    before(async () => {
      ;[site, browser] = await Promise.all([startSite(version), openBrowser()])
    })
    after(() => Promise.all([site?.end(), browser?.close()]))

    /** @type {Visit} */
    const visitSite = (scenario) => visit(browser, site, (page, context) => scenario(page, context, site))
    signInBehaves(visitSite)
    updateBehaves(visitSite)
    signOutBehaves(visitSite)
    lateAnswersAreDropped(visitSite)
    tabsFollow(visitSite)
  })
