import { callInvalid, signInRefused, timedOut } from '../../generated/errors.js'
import type { Verb } from '../../generated/verbs.js'
import type { Core, CoreReply } from '../abi.js'
import { isFailure } from '../failure.js'
import type { ClientConfig } from '../options.js'
import type { CoreSession } from '../session.js'
import { alone } from './alone.js'
import { drive, type Hands } from './call.js'
import { type Deadline, startDeadline } from './deadline.js'
import { checkPage } from './page.js'
import { readCookie, type TokenStore } from './storage.js'

/** How long a session read or a renewal may take, in milliseconds: it is nobody's call, and so has its own limit. */
const TIMEOUT = 10_000

/** How long before their end tokens are renewed by themselves at most, in milliseconds. */
const MARGIN = 30_000

/** Performs what concerns the session: reads and renewals once for all who wait. */
export interface Verbs extends Hands {
  /** Has what a call presents. */
  ready(deadline: Deadline): Promise<void>
  /** Has a session that may be used; `fresh` reads it after this moment, `again` reads that of a user once more. */
  session(deadline: Deadline, fresh?: boolean, again?: boolean): Promise<void>
  /** Performs a verb for its caller. */
  perform(verb: Verb, value: unknown, deadline: Deadline): Promise<CoreReply>
  /** Takes the token out of a link, and signs in by it; `undefined` where the address has none. */
  signInWithLink(deadline: Deadline): Promise<CoreReply | undefined>
  /**
   * Takes over what another tab has done: the session is another by now, and what is being read of it is stale. Says whether
   * kept tokens tell that the same user is signed in.
   */
  heed(): boolean
  /** The cookie that the dialect has repeated in a header. */
  mirrored(): string | undefined
}

/** What the verbs of one core work with. */
export interface Surroundings {
  store: TokenStore
  onSession(session: CoreSession): void
  announce(): void
}

/** Makes the verbs of one core. */
export const verbsOf = (
  core: Core,
  { dialect }: ClientConfig,
  { store, onSession, announce }: Surroundings,
): Verbs => {
  const underway = new Map<Verb, Promise<unknown>>()
  let reading = new AbortController()
  let changing = new AbortController()
  let kept = store.memory ?? store.load()
  if (kept) core.restore(kept.access, kept.refresh, false)
  // When tokens are renewed by themselves: not all tabs at once, and by this page's clock as far as that is right.
  const chance = Math.random() * 2 ** 32
  let own = false
  let early = false

  const mirrored = () => (dialect.csrf?.kind === 'mirrored' ? readCookie(dialect.csrf.cookie) : undefined)
  // After every verb: what the core holds by now is what outlives the page.
  const keep = (mark = kept?.mark) => {
    const tokens = core.tokens()
    const changed = tokens?.access !== kept?.access || tokens?.refresh !== kept?.refresh
    // What is renewed while a sign-out is on its way ends with it.
    if (changed && !underway.has('signOut')) {
      kept = tokens && { ...tokens, ...(mark && { mark }) }
      store.save(kept)
      own = true
      early = (kept?.expires ?? Number.POSITIVE_INFINITY) - Date.now() < MARGIN
    }
    const session = core.session()
    if (session) onSession(session)
  }
  // Says whether there are tokens of the same sign-in as before.
  const synchronize = () => {
    const found = store.outlives ? store.load() : kept
    if (found?.access === kept?.access) return kept !== undefined
    const same = found?.mark !== undefined && found.mark === kept?.mark
    core.restore(found?.access, found?.refresh, same)
    kept = found
    store.memory = found
    own = false
    return same
  }
  const flight = (verb: Verb, body: unknown, deadline: Deadline) =>
    drive(core, core.verb(verb, mirrored()), hands, { members: body, cache: 'no-store' }, deadline)

  // Nobody's call, and so with its own limit in time.
  const apart = async <T>(work: (deadline: Deadline) => Promise<T>, signal?: AbortSignal) => {
    const deadline = startDeadline(TIMEOUT, signal)
    try {
      return await work(deadline)
    } finally {
      deadline.end()
    }
  }
  /** Whether the read came to its end. */
  const read = async () => {
    const { signal } = reading
    try {
      await apart((deadline) => flight('getSession', undefined, deadline), signal)
    } catch (thrown) {
      if (signal.aborted && isFailure(thrown)) return false
      throw thrown
    }
    keep()
    return true
  }
  const stopReading = () => {
    reading.abort()
    reading = new AbortController()
  }
  const refresh = () => {
    const spent = core.tokens()?.access
    const done = () => {
      synchronize()
      return core.tokens()?.access !== spent
    }
    const work = async () => {
      try {
        await apart((deadline) => flight('refresh', undefined, deadline))
      } finally {
        const ended = kept !== undefined && !core.tokens()
        // What another tab has kept meanwhile is newer, or somebody else's: what came here is dropped for it.
        synchronize()
        keep()
        if (ended && !core.tokens()) announce()
      }
    }
    // Elsewhere every tab has tokens of its own.
    return store.shared ? alone(store.key, done, work) : work()
  }
  const once = <T>(verb: Verb, work: () => Promise<T>) => {
    let promise = underway.get(verb) as Promise<T> | undefined
    if (!promise) {
      promise = work().finally(() => underway.delete(verb))
      underway.set(verb, promise)
    }
    return promise
  }
  /** Ends what a sign-out overtakes: its late answer would sign in again. */
  const untilSignOut = async <T>({ abort }: Deadline, work: () => Promise<T>) => {
    const { signal } = changing
    signal.addEventListener('abort', abort)
    try {
      return await work()
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
  // While a sign-out is on its way nobody knows who is signed in.
  const signedOut = async (deadline: Deadline) => {
    const leaving = underway.get('signOut')
    if (leaving) await deadline.wait(leaving.catch(passOver))
  }

  const hands: Hands = {
    // A renewal that fails is no failure of the driver: the core knows of it and says how the call ends. It knows nothing of
    // one whose turn did not come.
    renew: async (verb, deadline) => {
      const work: () => Promise<unknown> = verb === 'refresh' ? refresh : read
      const ended = once(verb, work).catch((thrown) => {
        if (thrown === timedOut) throw thrown
        passOver(thrown)
      })
      await deadline.wait(ended)
    },
  }
  const session: Verbs['session'] = async (deadline, fresh, again) => {
    await signedOut(deadline)
    if (fresh) {
      core.forget()
      // What is under way began before, and may tell what has been.
      const before = underway.get('getSession')
      if (before) await deadline.wait(before)
    }
    for (;;) {
      const known = core.fresh(Date.now())
      if (known && !(again && known.status === 'authenticated')) return onSession(known)
      again = false
      // A read that was overtaken by a sign-in has found nothing.
      if ((await deadline.wait(once('getSession', read))) && core.session()) return
      await signedOut(deadline)
    }
  }
  const signedIn = async (deadline: Deadline): Promise<CoreReply> => {
    keep(`${Date.now()}${Math.random()}`)
    // First: whoever waits for the read may leave.
    announce()
    await session(deadline, true)
    return {}
  }
  const perform: Verbs['perform'] = async (verb, value, deadline) => {
    const wantsObject = verb === 'signIn' || verb === 'register'
    if (wantsObject && (typeof value !== 'object' || value === null)) {
      throw { ...callInvalid, message: `${verb}: an object with what the backend asks for is needed.` }
    }
    switch (verb) {
      case 'signIn':
      case 'register':
        await signedOut(deadline)
        await untilSignOut(deadline, () => flight(verb, value, deadline))
        return signedIn(deadline)
      case 'signOut': {
        let data: unknown
        const leave = async () => {
          // Their late answers would bring the session's cookie back.
          stopReading()
          changing.abort()
          changing = new AbortController()
          store.save(undefined)
          kept = undefined
          await underway.get('refresh')?.catch(passOver)
          data = (await flight(verb, undefined, deadline)).data
          keep()
          announce()
        }
        await signedOut(deadline)
        await once(verb, leave)
        return { data }
      }
      case 'refresh':
        if (dialect.renewal.kind === 'rotate') await deadline.wait(once(verb, refresh))
        await session(deadline, true)
        return {}
      case 'update': {
        const body = { [dialect.update?.member ?? '']: value }
        await deadline.wait(apart((own) => flight(verb, body, own), changing.signal))
        keep()
        announce()
        return {}
      }
      case 'createLinkToken': {
        const { data } = await flight(verb, value, deadline)
        const { token, expires } = data as { token: string; expires?: number }
        return {
          data: expires === undefined ? { token } : { token, expires: new Date(expires).toISOString() },
        }
      }
      default:
        if (verb === 'permissions') await session(deadline)
        return flight(verb, value, deadline)
    }
  }
  return {
    ...hands,
    mirrored,
    perform,
    session,
    heed: () => {
      const known = synchronize()
      stopReading()
      core.forget()
      return known
    },
    ready: async (deadline) => {
      await signedOut(deadline)
      const now = Date.now()
      if (core.waits(now)) return session(deadline)
      // A clock by which new tokens have all but ended says nothing of those of another tab.
      if ((early && !own) || core.dueAt(chance) > now) return
      const renewal = once('refresh', refresh).catch(passOver)
      // Those which are still good are sent meanwhile.
      if ((kept?.expires ?? 0) <= now) await deadline.wait(renewal)
      else renewal.catch(() => {})
    },
    signInWithLink: async (deadline) => {
      checkPage()
      await signedOut(deadline)
      // Absolute: a path may begin with two slashes.
      const address = new URL(location.href)
      const rest = core.takeLink(address.search.slice(1), address.hash.slice(1))
      if (!rest) return undefined
      ;[address.search, address.hash] = rest
      history.replaceState(history.state, '', address.href)
      await signedIn(deadline)
      if (core.session()?.status === 'anonymous') throw signInRefused
      return {}
    },
  }
}

const passOver = (thrown: unknown) => {
  if (!isFailure(thrown)) throw thrown
}
