// The axes of the matrix, which the Rust server's half reads too.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

const axes = JSON.parse(readFileSync(new URL('../../vectors/redirects/axes.json', import.meta.url), 'utf8'))

export const { credentials, verbs, cookieDialect } = axes

/** The name of the machine that redirects. */
export const app = 'app.test'

/** Every code with every change of address, its placeholders filled in. */
export const redirects = ({ own, other }) => {
  const fill = (template) =>
    template.replaceAll('{app}', app).replaceAll('{own}', own).replaceAll('{other}', other)
  return axes.codes.flatMap((code) =>
    axes.changes.map((change) => ({ ...change, code, from: fill(change.from), to: fill(change.to) })),
  )
}

/** A secret that is found again wherever it turns up. */
export const canary = () => `canary${randomBytes(16).toString('hex')}`
