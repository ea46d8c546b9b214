/** One version of next-auth on a running site: its Next app behind a gate, and a backend of its own. */

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { openGate } from './gate.mjs'
import { start } from './program.mjs'

/**
 * @typedef {object} Version
 * @property {string} folder where its app is built
 * @property {string} cookie the name of its session cookie
 * @property {string} unverified the code of a sign-in that the app could not have verified
 * @property {(url: string, secret: string) => Record<string, string>} settings what its app needs in the environment
 *
 * @typedef {{ method: string, path: string, user: string, bearer_sha256: string, count: number }} Call
 * @typedef {Awaited<ReturnType<typeof startSite>>} Site
 */

const next = fileURLToPath(new URL('../node_modules/next/dist/bin/next', import.meta.url))

/** Starts backend and app, on ports that the system chooses. @param {Version} version */
export const startSite = async (version) => {
  const gate = await openGate()
  const backend = await start(
    setting('TWINFETCH_BACKEND'),
    ['--test-endpoints', '--allow-origin', gate.url],
    /^twinfetch-backend ready at (\S+)$/,
  )
  const folder = fileURLToPath(new URL(`../${version.folder}`, import.meta.url))
  const app = await start(
    process.execPath,
    [next, 'start', folder, '--hostname', 'localhost', '--port', '0'],
    /Local:\s+(http\S+)/,
    {
      ...version.settings(gate.url, randomBytes(32).toString('hex')),
      BACKEND_URL: backend.url,
      NEXT_TELEMETRY_DISABLED: '1',
    },
  )
  gate.leadTo(app.url)
  return {
    version,
    url: gate.url,
    hold: gate.hold,
    forgetHolds: gate.forgetHolds,
    /** What the backend was asked with a token. @param {string} token @returns {Promise<Call[]>} */
    callsWith: async (token) => {
      /** @type {{ calls: Call[] }} */
      const { calls } = await (await fetch(`${backend.url}/test/calls`)).json()
      const hash = createHash('sha256').update(token).digest('hex')
      return calls.filter(({ bearer_sha256 }) => bearer_sha256 === hash)
    },
    /** Has the backend fail at the next login. */
    breakLogin: async () => {
      const answer = await fetch(`${backend.url}/test/fault`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ path: '/api/auth/login', status: 500, times: 1 }),
      })
      assert.ok(answer.ok)
    },
    /** Whom the backend knows by a token. @param {string} token @returns {Promise<{ username: string }>} */
    ownerOf: async (token) => {
      const answer = await fetch(`${backend.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })
      assert.equal(answer.status, 200)
      return answer.json()
    },
    end: async () => {
      gate.close()
      await Promise.all([app.end(), backend.end()])
    },
  }
}

/** @param {string} name */
const setting = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set. \`cargo xtask test next-auth\` sets it.`)
  return value
}
