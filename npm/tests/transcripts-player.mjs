// Plays one transcript of `tests/vectors/systems` against the built package.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createClient } from 'twinfetch'
import { disguise } from '../../tests/canary/transcript.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, limits, named, play } from './transcripts-script.mjs'

const { codes } = JSON.parse(readFileSync(new URL('../generated/errors.json', import.meta.url), 'utf8'))

const methods = { DELETE: 'delete', GET: 'get', PATCH: 'patch', POST: 'post', PUT: 'put' }

/** Plays a transcript; a dialect may carry examples. */
export const playTranscript = async (test, dialect, written) => {
  const transcript = disguise(written)
  const all = transcript.acts ?? [transcript]
  const acts = all.filter(({ only }) => only !== 'server')
  const link = acts.find(({ verb }) => verb === 'signInWithLink')?.with.address
  const { document, location, sessionStorage, visited } = page(test, link ?? `${appUrl}/`, {
    storage: ['sessionStorage', 'cookie'],
  })
  const { access, refresh, cookies = {} } = transcript.start ?? {}
  for (const [name, value] of Object.entries(cookies)) document.cookie = `${name}=${value}`
  const key = `twinfetch:${baseUrl}`
  if (access) sessionStorage.setItem(key, JSON.stringify({ access, refresh }))
  test.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  // Of the longest waits chance takes nothing away.
  test.mock.method(Math, 'random', () => 1 - 2 ** -32)

  const script = play(
    test,
    dialect,
    acts.flatMap(({ script }) => script),
  )
  const retry = (transcript.attempts ?? 1) - 1
  const api = createClient({ dialect, appUrl, baseUrl, storage: 'sessionStorage', retry, ...limits })
  const state = { address: () => visited.at(-1) ?? location.href, api, key, sessionStorage }
  for (const act of acts) {
    test.mock.timers.setTime(Date.now() + (act.later ?? 0) * 1000)
    judge(act, await perform(api, dialect, act))
    await check(state, act.then)
  }
  script.end()
  await check(state, transcript.then)
}

/** Performs an act; what comes back is `{ data }` or `{ error }`, in the words of transcripts. */
const perform = async (api, dialect, { call, together, verb, with: value, yields }) => {
  if (together) {
    const ended = await Promise.all(together.map((call) => send(api, call)))
    const failed = ended.filter(({ error }) => error)
    assert(failed.length === 0 || failed.length === ended.length, 'all calls end alike')
    return failed[0] ?? { data: ended.map(({ data }) => data) }
  }
  switch (verb) {
    case undefined:
      return send(api, call)
    case 'getSession':
      return shown(await api.getSession(), yields)
    case 'update': {
      const { data, error } = await api.update(value[dialect.update.member])
      return error ? { error } : shown(data, yields)
    }
    case 'signOut': {
      const { data, error } = await api.signOut()
      assert.equal(error, undefined)
      assert.equal(data.serverTold, data.cause === undefined)
      return data.serverTold ? { data: null } : { error: data.cause }
    }
    case 'permissions': {
      const { data, error } = await api.permissions()
      return { data: data?.codes, error }
    }
    case 'createLinkToken': {
      const { data, error } = await api.createLinkToken()
      return { data: data && { token: data.token, expiresAt: Date.parse(data.expires) }, error }
    }
    default: {
      const { error } = (await api[verb](value)) ?? {}
      return error ? { error } : { data: null }
    }
  }
}

const send = async (api, { method, path, body, headers }) => {
  const { data = null, error } = await (body === undefined
    ? api[methods[method]](path, { headers })
    : api[methods[method]](path, body, { headers }))
  return error ? { error } : { data }
}

const shown = ({ status, user, accessToken, error }, yields) => {
  if (error) return { error }
  if (status === 'anonymous') return { data: { status } }
  return { data: { status, user, ...(yields && 'accessToken' in yields && { accessToken }) } }
}

const judge = ({ yields, fails }, { data, error }) => {
  if (!error) {
    assert.equal(fails, undefined, 'the act succeeds')
    assert.deepEqual(data, yields)
    return
  }
  const expected = { ...fails }
  if (expected.code) expected.code = named(expected.code)
  if (expected.code !== fails?.code)
    expected.message = codes.find(({ name }) => name === expected.code).message
  const { members, ...problem } = error.problem ?? {}
  const said = { ...error, message: error.message, problem: error.problem ? problem : null }
  const names = ['code', 'message', ...Object.keys(expected)]
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, said[name]])), expected)
}

const check = async ({ address, api, key, sessionStorage }, then = {}) => {
  if ('tokens' in then) {
    const kept = JSON.parse(sessionStorage.getItem(key))
    assert.deepEqual(kept && { access: kept.access, refresh: kept.refresh ?? null }, then.tokens)
  }
  for (const [code, may] of Object.entries(then.can ?? {})) assert.equal(api.can(code), may, code)
  if ('session' in then) assert.equal((await api.getSession()).status, then.session, 'the session')
  if ('address' in then) assert.equal(address(), then.address)
}
