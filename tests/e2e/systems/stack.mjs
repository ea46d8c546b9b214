/** The part of the running stack that the systems' tests use: the React app and its backends. */

/** @param {string} name */
const address = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set. \`cargo xtask test e2e\` starts the stack and sets it.`)
  return new URL(value).origin
}

export const appUrl = address('TWINFETCH_REACT_URL')

/** The backends by system, and two that behave differently. */
export const backends = {
  s1: address('TWINFETCH_S1_URL'),
  s2: address('TWINFETCH_S2_URL'),
  s3: address('TWINFETCH_S3_URL'),
  s4: address('TWINFETCH_S4_URL'),
  /** S1 whose access tokens end after two seconds. */
  s1Short: address('TWINFETCH_S1_SHORT_URL'),
  /** S2 which refuses under status 200. */
  s2Ok: address('TWINFETCH_S2_OK_URL'),
}

/** What the users whom the backends seed sign in with. */
export const ada = { email: 'ada@example.com', password: 'lovelace-1843' }
export const grace = { email: 'grace@example.com', password: 'hopper-1906' }
export const admin = { email: 'admin@example.com', password: 'Admin@123456' }
export const owner = { password: 'admin123' }
