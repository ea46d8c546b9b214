/** The part of the running stack that these tests use: the Rust server, and the backends as it is told of them. */

import { backends as known } from '../systems/stack.mjs'

export { ada, admin, appUrl, grace, owner } from '../systems/stack.mjs'

/** @param {string} name */
const address = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set. \`cargo xtask test e2e\` starts the stack and sets it.`)
  return new URL(value).origin
}

export const axumUrl = address('TWINFETCH_AXUM_URL')

/** The backends; that of S4 leads back to the Rust server, and shares users and secret with the one that leads to React. */
export const backends = { ...known, s4: address('TWINFETCH_S4_OF_AXUM_URL') }
