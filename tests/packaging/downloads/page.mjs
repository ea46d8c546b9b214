// A page in which ada is signed in and files are downloaded.

import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { openPage } from '../browser.mjs'
import { digest } from './sample.mjs'

/** Opens a page of a server; `backend` is where its client calls. */
export const visit = async (test, server, { opened, backend = server, settings } = {}) => {
  const { context, page, complaints } = opened ?? (await openPage(test))
  await page.addInitScript(tellWhatIsRead)
  await page.goto(server.url)
  await page.evaluate(begin, { baseUrl: backend.url, settings })
  return { context, page, complaints }
}

/** Tells the server, and the page, when all has been read that comes before the connection breaks or rests. */
const tellWhatIsRead = () => {
  const cuts = new WeakMap()
  const { fetch: send } = window
  window.fetch = async (...args) => {
    const response = await send(...args)
    const cut = response.headers.get('x-cut')
    if (cut) cuts.set(response.body, [Number(cut), new URL('/cut', response.url)])
    return response
  }
  const { getReader } = ReadableStream.prototype
  ReadableStream.prototype.getReader = function (...args) {
    const reader = getReader.apply(this, args)
    const [cut, address] = cuts.get(this) ?? []
    if (!address) return reader
    let read = 0
    const count = async (...args) => {
      const result = await Object.getPrototypeOf(reader).read.apply(reader, args)
      read += result.value?.byteLength ?? 0
      if (read === cut) {
        dispatchEvent(new Event('read'))
        send(address)
      }
      return result
    }
    return Object.assign(reader, { read: count })
  }
}

const begin = async ({ baseUrl, settings }) => {
  const { createClient } = await import('/twinfetch/index.js')
  const { dualToken } = await import('/twinfetch/dialects/dual-token.js')
  window.make = (options) =>
    createClient({ dialect: dualToken, baseUrl, storage: 'sessionStorage', ...settings, ...options })
  window.api = window.make()
  const { error } = await window.api.signIn({ email: 'ada' })
  if (error) throw error

  const hex = (buffer) =>
    Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const digestOf = async (blob) => hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))

  /** Every file below a folder, with its size. */
  window.list = async (folder) => {
    const found = {}
    for await (const [name, handle] of (folder ?? (await navigator.storage.getDirectory())).entries()) {
      if (handle.kind === 'directory') {
        for (const [inner, size] of Object.entries(await window.list(handle)))
          found[`${name}/${inner}`] = size
        continue
      }
      // One that goes meanwhile is not there.
      const file = await handle.getFile().catch(() => undefined)
      if (file) found[name] = file.size
    }
    return found
  }

  // What the user would pick, no picker can be clicked in a test: the handles are those of the origin private file system.
  const sinks = {
    browser: async () => ({}),
    handle: async () => {
      const root = await navigator.storage.getDirectory()
      const to = await root.getFileHandle('picked.bin', { create: true })
      return { to, read: () => to.getFile() }
    },
    directory: async () => {
      const root = await navigator.storage.getDirectory()
      const to = await root.getDirectoryHandle('picked', { create: true })
      return { to, read: async (name) => (await to.getFileHandle(name)).getFile() }
    },
    stream: async () => {
      const parts = []
      const end = {}
      const to = new WritableStream({
        write: (piece) => void parts.push(piece),
        close: () => {
          end.closed = true
        },
        abort: ({ name, message, code }) => {
          end.aborted = { name, message, code }
        },
      })
      return { to, end, read: () => new Blob(parts) }
    },
  }

  /** Downloads a file into a sink, and says all that came of it. */
  window.save = async (path, sink = 'browser', options = {}) => {
    const { to, read, end } = await sinks[sink]()
    const progress = []
    const onProgress = (now) => void progress.push(now)
    const result = await (options.client ?? window.api).download(path, { onProgress, to, ...options })
    const { data, error } = result
    const told = error && {
      code: error.code,
      sent: error.sent,
      attempts: error.attempts,
      message: error.message,
    }
    const sha256 = data && read ? await digestOf(await read(data.filename)) : undefined
    return { data, error: told, status: result.status, sha256, progress, end }
  }
}

/** Asks the page until it says yes; `waitForFunction` of Playwright takes a promise for a yes. */
export const until = async (page, condition, argument) => {
  while (!(await page.evaluate(condition, argument)));
}

/** The SHA-256 of what the browser saved, which is then removed. */
export const digestSaved = async (download) => {
  const path = await download.path()
  try {
    return await digest(createReadStream(path))
  } finally {
    await rm(path)
  }
}

/** Random numbers below a limit, the same for each seed. */
export const randomOf = (seed) => {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}
