// The fault server of `tests/faults`, and what it is told: its README.md names the faults.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const built = `${process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url))}/debug/twinfetch-faults`

/** Starts a server which pages of an origin may call; it ends with the test. */
export const startFaults = async (test, allowOrigin) => {
  const program = spawn(process.env.TWINFETCH_FAULTS ?? built, { stdio: ['pipe', 'pipe', 'inherit'] })
  test.after(() => program.stdin.end())
  const [line] = await once(createInterface({ input: program.stdout }), 'line')
  const { control } = JSON.parse(line)
  const tell = async (method, path, rules) => {
    const body = rules && JSON.stringify({ allowOrigin, rules: [...rules, ...own] })
    const response = await fetch(`${control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body,
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const { port, url } = await (await tell('POST', '/servers', [])).json()
  return {
    url,
    /** Has the server go wrong as these rules say, and begin a new record. */
    play: (rules) => tell('PUT', `/servers/${port}`, rules),
    /** What reached a path, but for preflights, since it was told to go wrong. */
    requests: async (asked) => {
      const { requests } = await (await tell('GET', `/servers/${port}`)).json()
      return requests.filter(({ path }) => path === asked)
    },
    /** Waits until so many requests came, were played, or connections are open. */
    until: (counts) => tell('GET', `/servers/${port}/counts?${counts}`),
    end: () => tell('DELETE', `/servers/${port}`),
  }
}

const answer = (path, data) => ({
  path,
  fault: {
    kind: 'answer',
    status: 200,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ success: true, data }),
  },
})

/** How the backend answers where it does not go wrong: as `dual-token` has it. */
const own = [
  answer('/auth/login', { accessToken: 'a1', refreshToken: 'r1' }),
  answer('/auth/me', { id: 7 }),
  answer('/*', 'well'),
]
