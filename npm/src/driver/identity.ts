import type { Core } from '../abi.js'
import { isFailure } from '../failure.js'
import type { CoreSession } from '../session.js'
import { type Deadline, startDeadline } from './deadline.js'
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
    reading ??= readOnce(core).then(
      (news) => {
        reading = undefined
        if (news) onSession(core.snapshot() as CoreSession)
      },
      (thrown) => {
        reading = undefined
        throw thrown
      },
    )
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

const readOnce = async (core: Core): Promise<boolean> => {
  const url = core.begin()
  const deadline = startDeadline(TIMEOUT)
  let response: Response
  let text: string
  try {
    const headers = { accept: 'application/json' }
    response = await send(
      url,
      { headers, cache: 'no-store', credentials: 'include', redirect: 'error' },
      deadline,
    )
    text = await readBody(() => response.text(), deadline)
  } catch (thrown) {
    if (isFailure(thrown)) return core.missed(thrown.code, Date.now())
    throw thrown
  } finally {
    deadline.end()
  }
  return core.found(response.status, response.headers, parsed(text), Date.now())
}

// What is no JSON is a text to the core, and that is no session document.
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
