/** The tokens that a page gets, heard on the wire. */

/**
 * Collects what the answers of a path hand out, in the order in which they come.
 * @param {import('playwright-core').Page} page @param {RegExp} path @param {string} name of the member of `data` that is the token
 */
export const hearTokens = (page, path, name) => {
  /** @type {string[]} */
  const heard = []
  page.on('response', async (response) => {
    if (!path.test(new URL(response.url()).pathname) || response.request().method() !== 'POST') return
    const { data } = await response.json().catch(() => ({}))
    if (typeof data?.[name] === 'string') heard.push(data[name])
  })
  return heard
}
