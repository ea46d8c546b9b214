import { timedOut } from '../../generated/errors.js'
import type { Core, Outcome } from '../abi.js'
import { codeOf } from '../failure.js'
import type { CoreSession } from '../session.js'
import type { Deadline, Limit } from './deadline.js'
import { readBody, send } from './send.js'

/** How long a session read may take, in milliseconds. */
const TIMEOUT = 10_000

/** Reads the session: once for all who wait. */
export interface Identity {
  /** Has a session that may be used; `fresh` reads it after this moment. */
  ready(deadline: Deadline, fresh?: boolean): Promise<void>
}

/** Makes the reader of one core's session; `onSession` hears of every read. */
export const identityOf = (core: Core, onSession: (session: CoreSession) => void): Identity => {
  let reading: Promise<void> | undefined
  const read = () => {
    reading ??= readOnce(core)
      .finally(() => {
        reading = undefined
      })
      .then(onSession)
    return reading
  }
  return {
    ready: async (deadline, fresh) => {
      if (fresh) {
        core.forget()
        // What is under way began before, and may tell what has been.
        if (reading) await deadline.wait(reading)
      }
      if (!core.fresh(Date.now())) await deadline.wait(read())
    },
  }
}

const readOnce = async (core: Core): Promise<CoreSession> => {
  const url = core.begin()
  return core.found(await answerOf(url), Date.now())
}

const answerOf = async (url: string): Promise<Outcome> => {
  const signal = AbortSignal.timeout(TIMEOUT)
  const limit: Limit = { signal, cause: (other) => (signal.aborted ? timedOut : other) }
  const headers = { accept: 'application/json' }
  try {
    const init: RequestInit = { headers, cache: 'no-store', credentials: 'include', redirect: 'error' }
    const response = await send(url, init, limit)
    const document = parsed(await readBody(() => response.text(), limit))
    return { status: response.status, headers: response.headers, document }
  } catch (thrown) {
    return { code: codeOf(thrown) }
  }
}

// What is no JSON is a text to the core, and that is no session document.
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
