import { callInvalid, corePanicked, malformedBody } from '../../generated/errors.js'
import type { Verb } from '../../generated/verbs.js'
import type { ActiveStep, Core, CoreReply, Flight, Outcome, Pair, SendStep, TakeStep } from '../abi.js'
import { codeOf, type Failure } from '../failure.js'
import type { Query, RequestOptions } from '../request.js'
import { type Body, membersOf } from './body.js'
import type { Deadline } from './deadline.js'
import { receive } from './receive.js'
import { send } from './send.js'

/** What a call says besides its method and path. */
export interface CallParts extends RequestOptions {
  body?: unknown
  as?: string | undefined
}

/** Sends the requests of one flight. */
export interface Sender {
  send: typeof send
  /** The call went well. */
  done(): void
}

/** What a flight takes along. */
export interface Parcel {
  /** What is sent as it is, each time the same. */
  body?: Body | undefined
  /** What is sent beside the core's own members. */
  members?: unknown
  cache?: RequestCache | undefined
  /** Sends the requests, where `fetch` tells too little. */
  sender?: Sender | undefined
  /** Takes a response whose body is not for the core, and makes of it what was asked for. */
  take?: ((response: Response) => Promise<unknown>) | undefined
  /** Takes the bodies of a download. */
  file?: FileTaker | undefined
}

/** Takes a file that comes in over as many responses as it takes. */
export interface FileTaker {
  /** Starts the flight. */
  depart(address: string, headers: Pair[], attempts: number): Flight
  /** Waits until it makes sense to send a request. */
  ready(): Promise<void>
  /** Takes a body; there is none with a 204. It never rejects with a failure: the outcome says what broke off. */
  take(step: TakeStep, response: Response | undefined): Promise<Outcome>
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
  parcel: Parcel,
  deadline: Deadline,
): Promise<CoreReply> => {
  try {
    return await perform(core, flight, hands, parcel, deadline)
  } finally {
    core.end(flight)
  }
}

const perform = async (
  core: Core,
  flight: Flight,
  hands: Hands,
  parcel: Parcel,
  deadline: Deadline,
): Promise<CoreReply> => {
  const found: Found = {}
  let outcome: Outcome | undefined
  for (;;) {
    const step = core.advance(flight, outcome, Date.now(), deadline.left())
    // Another call's trap has ended the core, which says nothing any more.
    if (!step) throw corePanicked
    if (step.is === 'done') {
      const { is, ...reply } = step
      parcel.sender?.done()
      return { ...reply, ...found.taken }
    }
    if (step.is === 'failed') throw failureOf(step.error, found)
    try {
      outcome = await act(step, found, hands, parcel, deadline)
    } catch (thrown) {
      outcome = { code: codeOf(thrown) }
    }
  }
}

/** What has come of the steps so far. */
interface Found {
  response?: Response | undefined
  document?: unknown
  taken?: { data: unknown }
}

const act = async (
  step: ActiveStep,
  found: Found,
  hands: Hands,
  parcel: Parcel,
  deadline: Deadline,
): Promise<Outcome> => {
  const { response } = found
  switch (step.is) {
    case 'send': {
      drop(found)
      await parcel.file?.ready()
      const sent = await (parcel.sender?.send ?? send)(step.url, initOf(step, parcel), deadline)
      found.response = sent
      return { status: sent.status, headers: sent.headers, filtered: sent.type === 'cors' }
    }
    case 'renew':
      if (step.verb) await hands.renew(step.verb, deadline)
      break
    case 'wait':
      drop(found)
      await deadline.sleep(step.milliseconds)
      break
    case 'read':
      if (step.what === 'document' && response) {
        const text = await receive(response, 'text', deadline)
        if (!text) break
        found.document = parse(text)
        return { document: found.document }
      }
      if (step.what !== 'raw') drop(found)
      else if (response && parcel.take) found.taken = { data: await parcel.take(response) }
      break
    case 'take':
      if (parcel.file) return parcel.file.take(step, response)
  }
  return {}
}

// What nobody reads is let go.
const drop = (found: Found) => {
  found.response?.body?.cancel().catch(() => {})
  found.response = undefined
}

const failureOf = (error: Failure | undefined, { document }: Found): Failure =>
  error?.problem ? { ...error, problem: { ...error.problem, members: document } } : (error ?? corePanicked)

const initOf = (step: SendStep, { body, members, cache }: Parcel): RequestInit => {
  const { method, headers, credentials } = step
  const init: RequestInit = { method, headers, credentials, redirect: 'manual' }
  if (cache) init.cache = cache
  const sent = step.body === true ? body : step.body && membersOf(step.body, members, step.form)
  if (sent) {
    init.body = sent.content
    if (sent.type && !headers.some(([name]) => name === 'content-type')) {
      init.headers = [...headers, ['content-type', sent.type]]
    }
  }
  return init
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw malformedBody
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
