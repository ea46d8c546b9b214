/** The running stack under test: where its parts are, taken from the environment. */

/** @param {string} name */
const setting = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set. \`cargo xtask test e2e\` starts the stack and sets it.`)
  return value
}

/** @param {string} name */
const address = (name) => new URL(setting(name)).origin

export const nextUrl = address('TWINFETCH_NEXT_URL')
export const backendUrl = address('TWINFETCH_BACKEND_URL')
export const axumUrl = () => address('TWINFETCH_AXUM_URL')
export const chromium = process.env['CHROMIUM'] || '/usr/bin/chromium'

/** Users whom the backend seeds. */
export const ada = { username: 'ada', password: 'lovelace-1843' }
export const grace = { username: 'grace', password: 'hopper-1906' }
