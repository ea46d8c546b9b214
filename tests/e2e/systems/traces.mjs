/** What is left of a user in a page: wherever a script could find it. */

import assert from 'node:assert/strict'

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ localStorage: string, sessionStorage: string, cookies: string, text: string, session: string, address: string }} Traces
 */

/** Everything a script of the page can read. @param {Page} page @returns {Promise<Traces>} */
export const readTraces = (page) =>
  page.evaluate(() => ({
    localStorage: JSON.stringify(localStorage),
    sessionStorage: JSON.stringify(sessionStorage),
    cookies: document.cookie,
    text: document.documentElement.outerHTML,
    // @ts-expect-error The app leaves its client there.
    session: JSON.stringify(window.api.getSnapshot()),
    address: location.href,
  }))

/** Where one of these texts still is. @param {Page} page @param {readonly string[]} texts */
export const placesOf = async (page, texts) =>
  Object.entries(await readTraces(page))
    .filter(([, content]) => texts.some((text) => content.includes(text)))
    .map(([place]) => place)

/** Fails while one of these texts is anywhere in the page. @param {Page} page @param {readonly string[]} texts */
export const assertNothingOf = async (page, texts) => {
  assert.deepEqual(await placesOf(page, texts), [])
  const { session, sessionStorage, cookies } = await readTraces(page)
  assert.equal(session, '{"status":"anonymous"}')
  assert.equal(sessionStorage, '{}')
  assert.equal(cookies, '')
}

/**
 * Which of the texts can be reached in the page's JavaScript heap, after all that can be has been collected.
 * @param {Page} page @param {readonly string[]} texts
 */
export const inHeap = async (page, texts) => {
  const devtools = await page.context().newCDPSession(page)
  /** @type {string[]} */
  const chunks = []
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await devtools.send('HeapProfiler.enable')
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await devtools.detach()
  const snapshot = chunks.join('')
  return texts.filter((text) => snapshot.includes(text))
}

/** Lets `inWasm` see the memory of every core that the page starts; before it is opened. @param {Page} page */
export const watchWasm = (page) =>
  page.addInitScript(() => {
    const { instantiate } = WebAssembly
    /** @type {WebAssembly.Memory[]} */
    const memories = []
    Object.assign(window, { memories })
    WebAssembly.instantiate = async (/** @type {[any]} */ ...parts) => {
      const instance = /** @type {any} */ (await instantiate(...parts))
      memories.push(instance.exports.memory)
      return instance
    }
  })

/** Which of the texts are in the memory of a core, freed parts included. @param {Page} page @param {readonly string[]} texts */
export const inWasm = async (page, texts) => {
  const memories = await page.evaluate(() =>
    // @ts-expect-error `watchWasm` leaves them there.
    window.memories.map(({ buffer }) => new TextDecoder('latin1').decode(buffer)),
  )
  return texts.filter((text) => memories.some((/** @type {string} */ memory) => memory.includes(text)))
}
