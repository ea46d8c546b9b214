import { callInvalid, corePanicked, malformedBody, unauthorized } from '../../generated/errors.js'
import type { Verb } from '../../generated/verbs.js'
import type { Core, CoreReply, Flight, Outcome, Pair, SendStep } from '../abi.js'
import { codeOf } from '../failure.js'
import type { Query, RequestOptions } from '../request.js'
import { bodyOf, membersOf } from './body.js'
import type { Deadline } from './deadline.js'
import { readBody, send } from './send.js'

/** What a call says besides its method and path. */
export interface CallParts extends RequestOptions {
  body?: unknown
  as?: string | undefined
}

/** What a call brought: a reply, and the response where its body was to be left unread. */
export interface Received extends CoreReply {
  response?: Response
}

/** Performs what the core asks for during a call. */
export interface Hands {
  /** Performs a verb, once for all who wait for it. */
  renew(verb: Verb, deadline: Deadline): Promise<void>
}

/** Drives a flight to its end, as the core decides. */
export const drive = async (
  core: Core,
  flight: Flight,
  hands: Hands,
  options: Pick<CallParts, 'body' | 'cache'>,
  deadline: Deadline,
): Promise<Received> => {
  try {
    return await perform(core, flight, hands, options, deadline)
  } finally {
    core.end(flight)
  }
}

const perform = async (
  core: Core,
  flight: Flight,
  hands: Hands,
  { body, cache }: Pick<CallParts, 'body' | 'cache'>,
  deadline: Deadline,
): Promise<Received> => {
  let response: Response | undefined
  let raw: Response | undefined
  let outcome: Outcome | undefined
  for (;;) {
    const step = core.advance(flight, outcome, Date.now(), Number.POSITIVE_INFINITY)
    outcome = {}
    switch (step.is) {
      case 'send':
        try {
          response = await send(step.url, initOf(step, body, cache), deadline)
          outcome = { status: response.status, headers: response.headers }
        } catch (thrown) {
          outcome = { code: codeOf(thrown) }
        }
        break
      case 'renew':
        if (step.verb) await hands.renew(step.verb, deadline)
        // A stream is used up, so there is nothing to repeat the call with.
        if (body instanceof ReadableStream) throw { ...unauthorized, status: 401 }
        break
      case 'read':
        if (step.what === 'document' && response) outcome = await documentOf(response, deadline)
        else if (step.what === 'raw') raw = response
        else void response?.body?.cancel().catch(() => {})
        break
      case 'done': {
        const { is, ...reply } = step
        return raw ? { ...reply, response: raw } : reply
      }
      default:
        throw step.error ?? corePanicked
    }
  }
}

const initOf = (step: SendStep, body: unknown, cache: RequestCache | undefined): RequestInit => {
  const { method, headers, credentials } = step
  const init: RequestInit = { method, headers, credentials, redirect: 'manual' }
  if (cache) init.cache = cache
  const sent = step.body === true ? bodyOf(body) : step.body && membersOf(step.body, body, step.form)
  if (sent) {
    init.body = sent.content
    if (sent.type && !headers.some(([name]) => name === 'content-type')) {
      init.headers = [...headers, ['content-type', sent.type]]
    }
  }
  return init
}

const documentOf = async (response: Response, deadline: Deadline): Promise<Outcome> => {
  try {
    const text = await readBody(() => response.text(), deadline)
    return text ? { document: parse(text) } : {}
  } catch (thrown) {
    return { code: codeOf(thrown) }
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw malformedBody
  }
}

/** Reads a raw response as what was asked for. */
export const readAs = async (
  { response, ...reply }: Received,
  as: string,
  deadline: Deadline,
): Promise<CoreReply> => {
  if (!response) return reply
  switch (as) {
    case 'blob':
      return { ...reply, data: await readBody(() => response.blob(), deadline) }
    case 'text':
      return { ...reply, data: await readBody(() => response.text(), deadline) }
    case 'response':
      return { ...reply, data: response }
    default:
      throw { ...callInvalid, message: 'The option `as` must be json, text, blob or response.' }
  }
}

/** Where a call goes, and with which headers. */
export interface Target {
  address: string
  headers: Pair[]
}

/** Takes whatever a caller without types gave: the core takes texts only, and must not be blamed for anything else. */
export const targetOf = (path: string, { query, headers }: RequestOptions): Target => {
  try {
    return { address: withQuery(String(path), query ?? {}), headers: [...new Headers(headers ?? {})] }
  } catch {
    throw callInvalid
  }
}

const withQuery = (path: string, query: Query): string => {
  const search = new URLSearchParams()
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) {
      if (value != null) search.append(name, String(value))
    }
  }
  const added = search.toString()
  return added ? `${path}${path.includes('?') ? '&' : '?'}${added}` : path
}
