import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, RequestError } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { nextAuthV4 } from 'twinfetch/dialects/next-auth-v4'

const refusal = (options) => {
  try {
    createClient(options)
  } catch (error) {
    assert(error instanceof RequestError)
    assert.equal(error.kind, 'config')
    return error
  }
  assert.fail('a client was made')
}

test('the shipped dialects are accepted', () => {
  for (const dialect of [authjs, nextAuthV4]) createClient({ dialect, baseUrl: 'https://api.test/v1' })
})

test('a base URL that is not an absolute http or https address is refused by name', () => {
  for (const baseUrl of [
    '',
    'api.test',
    '/api',
    'ftp://api.test',
    'https://ada:pw@api.test',
    'https://api.test/?a=1',
    'https://api.test#a',
    'https://api.test/v1//posts',
    7,
    null,
  ]) {
    const { message, code } = refusal({ dialect: authjs, baseUrl })
    assert.match(message, /baseUrl must be an absolute http or https URL/, String(baseUrl))
    assert.doesNotMatch(message, /pw/)
    assert.equal(code, 'config_invalid')
  }
})

test('an app URL and durations are checked by name', () => {
  assert.match(refusal({ dialect: authjs, appUrl: 'app.test' }).message, /appUrl must/)
  for (const retry of [-1, 1.5, '2', Number.NaN]) {
    assert.match(refusal({ dialect: authjs, retry }).message, /retry must be a whole number/, String(retry))
  }
  for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
    assert.match(refusal({ dialect: authjs, timeout }).message, /timeout must/, String(timeout))
  }
  assert.match(refusal({ dialect: authjs, sessionMaxAge: -1 }).message, /sessionMaxAge must/)
})

test('a client without any settings is refused by the one that it needs', () => {
  assert.match(refusal(undefined).message, /createClient: dialect/)
})

test('a dialect that is not an object is refused', () => {
  for (const dialect of [undefined, null, 'authjs', 7, []]) {
    const { message, code } = refusal({ dialect })
    assert.match(message, /createClient: dialect/)
    assert.equal(code, 'dialect_invalid')
  }
})

test('an unknown, a missing and a wrong field of a dialect are refused with their place', () => {
  const changed = (change) => {
    const dialect = structuredClone(authjs)
    change(dialect)
    return refusal({ dialect }).message
  }
  const cases = [
    [(dialect) => Object.assign(dialect, { extra: 1 }), 'dialect/extra is unknown'],
    [(dialect) => Object.assign(dialect, { toString: 1 }), 'dialect/toString is unknown'],
    [(dialect) => Object.assign(dialect, { 'tokens?': 1 }), 'dialect/tokens? is unknown'],
    [(dialect) => Object.assign(dialect.identity, { endpoin: '' }), 'dialect/identity/endpoin is unknown'],
    [
      (dialect) => Object.assign(dialect.identity.notices[0], { x: 1 }),
      'dialect/identity/notices/0/x is unknown',
    ],
    [(dialect) => delete dialect.envelope, 'dialect/envelope is missing'],
    [(dialect) => delete dialect.identity.session.user, 'dialect/identity/session/user is missing'],
    [
      (dialect) => Object.assign(dialect.credential, { kind: 'telepathy' }),
      'dialect/credential/kind must match',
    ],
    [
      (dialect) => Object.assign(dialect.identity, { path: '//evil.test' }),
      'dialect/identity/path must match',
    ],
    [
      (dialect) => Object.assign(dialect.identity, { notices: {} }),
      'dialect/identity/notices must be a list',
    ],
  ]
  for (const [change, complaint] of cases) {
    const message = changed(change)
    assert(message.includes(complaint), message)
  }
})

test('a user’s own dialect may carry examples and leave out what is optional', () => {
  const dialect = structuredClone(authjs)
  delete dialect.identity.session.accessToken
  createClient({ dialect: { ...dialect, examples: [{ it: 'works' }] } })
})

test('the base URL comes from the public variable, then the private one, then the default', async (test) => {
  const { NEXT_PUBLIC_BACKEND_URL, BACKEND_URL } = process.env
  test.after(() => {
    for (const [name, value] of Object.entries({ NEXT_PUBLIC_BACKEND_URL, BACKEND_URL })) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  process.env.BACKEND_URL = 'not an address'
  delete process.env.NEXT_PUBLIC_BACKEND_URL
  assert.match(refusal({ dialect: authjs }).message, /baseUrl/)
  process.env.NEXT_PUBLIC_BACKEND_URL = 'https://public.test'
  createClient({ dialect: authjs })
  delete process.env.NEXT_PUBLIC_BACKEND_URL
  delete process.env.BACKEND_URL
  createClient({ dialect: authjs })
})

test('a client is made without a page, and shows that nothing has been read', () => {
  const client = createClient({ dialect: authjs })
  assert.deepEqual(client.getSnapshot(), { status: 'loading' })
  assert.equal(client.getSnapshot(), client.getSnapshot())
})
