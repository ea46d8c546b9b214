import { callInvalid, corePanicked, malformedBody, unauthorized } from '../../generated/errors.js'
import type { Core, CoreReply, Flight, Outcome, SendStep } from '../abi.js'
import { codeOf } from '../failure.js'
import type { Query, RequestOptions } from '../request.js'
import { type Body, bodyOf } from './body.js'
import type { Deadline } from './deadline.js'
import type { Identity } from './identity.js'
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

/** Drives a call to its end, as the core decides. */
export const drive = async (
  core: Core,
  identity: Identity,
  method: string,
  path: string,
  options: CallParts,
  deadline: Deadline,
): Promise<Received> => {
  const body = bodyOf(options.body)
  const { address, headers } = plain(path, options)
  const raw = options.as !== undefined && options.as !== 'json'
  await identity.ready(deadline)
  const flight = core.start(method, address, headers, raw)
  try {
    return await perform(core, flight, identity, options, body, deadline)
  } finally {
    flight.free()
  }
}

const perform = async (
  core: Core,
  flight: Flight,
  identity: Identity,
  options: CallParts,
  body: Body | undefined,
  deadline: Deadline,
): Promise<Received> => {
  let response: Response | undefined
  let raw: Response | undefined
  let outcome: Outcome | undefined
  for (;;) {
    const step = flight.advance(core, outcome)
    outcome = {}
    switch (step.is) {
      case 'send':
        try {
          response = await send(step.url, initOf(step, options, body), deadline)
          outcome = { status: response.status, headers: response.headers }
        } catch (thrown) {
          outcome = { code: codeOf(thrown) }
        }
        break
      case 'renew':
        await identity.ready(deadline)
        // A stream is used up, so there is nothing to repeat the call with.
        if (body?.content instanceof ReadableStream) throw { ...unauthorized, status: 401 }
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

const initOf = (step: SendStep, { cache }: CallParts, body: Body | undefined): RequestInit => {
  const { method, headers, follow } = step
  const init: RequestInit = { method, headers, redirect: follow ? 'follow' : 'error' }
  if (cache) init.cache = cache
  if (body && step.body) {
    init.body = body.content
    if (body.type && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
      init.headers = [...headers, ['content-type', body.type]]
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

// Whatever a caller without types gave: the core takes texts only, and must not be blamed for anything else.
const plain = (path: string, { query, headers }: RequestOptions) => {
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
