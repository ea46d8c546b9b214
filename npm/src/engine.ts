import { callInvalid, configInvalid, networkFailed } from '../generated/errors.js'
import type { Verb } from '../generated/verbs.js'
import type { CoreReply, Flight } from './abi.js'
import { bodyOf, isStream, sizeOf } from './driver/body.js'
import { type CallParts, drive, type Parcel, type Sender, targetOf } from './driver/call.js'
import { type Deadline, startDeadline } from './driver/deadline.js'
import { checkPage } from './driver/page.js'
import { receive } from './driver/receive.js'
import { tokenStore } from './driver/storage.js'
import { formOf } from './driver/upload.js'
import { type Verbs, verbsOf } from './driver/verbs.js'
import { type Failure, isFailure } from './failure.js'
import { type Instance, instantiate } from './instance.js'
import { listen } from './notices.js'
import type { ClientConfig } from './options.js'
import type { DownloadOptions, UploadOptions } from './request.js'
import type { CoreSession } from './session.js'

/** What the engine tells the client it works for. */
export interface EngineEvents {
  /** The session has become another. */
  onSession(session: CoreSession): void
  /** The session may have changed in another tab; `lost` says that nothing is known of it before it is read. */
  onNotice(lost: boolean): void
  /** Whether somebody wants to know of every change. */
  isWatched(): boolean
}

/** The part of a client that is loaded at its first call. Every failure is a rejection with a `Failure`. */
export interface Engine {
  call(deadline: Deadline, method: string, path: string, options: CallParts): Promise<CoreReply>
  save(deadline: Deadline, path: string, options: DownloadOptions): Promise<CoreReply>
  session(deadline: Deadline, fresh?: boolean): Promise<CoreSession>
  upload(deadline: Deadline, path: string, file: unknown, options: UploadOptions): Promise<CoreReply>
  /** Performs a verb; a reply without data means that the session is what it brought. */
  verb(deadline: Deadline, name: EngineVerb, value?: unknown): Promise<CoreReply | undefined>
  /** Whether the user may do this, as far as it is known; where it is not, it is asked once for each session. */
  can(code: string): boolean
}

/** What a client can do about its session. */
export type EngineVerb = Exclude<Verb, 'getSession'> | 'signInWithLink' | 'signInWithRedirect'

interface Counted {
  /** Makes what sends a flight's requests, where somebody wants to know how far they are. */
  senderOf?: ((flight: Flight) => Sender) | undefined
}

interface Running extends Instance {
  verbs: Verbs
}

/** Loads the engine: the only difference between the entries of the package. */
export type Open = (config: ClientConfig, events: EngineEvents) => Promise<Engine>

/** Starts an engine on a compiled module; an instance that traps is replaced at the next call. */
export const startEngine = (
  module: WebAssembly.Module,
  config: ClientConfig,
  { onSession, onNotice, isWatched }: EngineEvents,
): Engine => {
  const { dialect, baseUrl, retry = 2, sessionMaxAge = 60_000 } = config
  const store = tokenStore(config)
  let current: Promise<Running> | undefined
  let ready: Running | undefined
  let known: CoreSession | undefined
  let asked = false
  let leaving = false
  // Every read is told; only one that says something new is another object.
  const told = (session: CoreSession) => {
    if (JSON.stringify(session) === JSON.stringify(known)) return
    known = session
    asked = false
    onSession(session)
  }
  const start = async (drop: () => void): Promise<Running> => {
    const instance = await instantiate(
      module,
      (core) =>
        core.open(dialect, new URL(baseUrl), new URL(appUrl(config)), sessionMaxAge, attemptsOf(retry)),
      drop,
    )
    const verbs = verbsOf(instance.core, config, { store, onSession: told, announce: () => announce() })
    ready = { ...instance, verbs }
    return ready
  }
  const running = () => {
    if (!current) {
      const drop = () => {
        if (current !== starting) return
        current = undefined
        ready = undefined
      }
      const starting = start(drop)
      starting.catch(drop)
      current = starting
    }
    return current
  }
  const run = async <T>(deadline: Deadline, work: (running: Running) => Promise<T>): Promise<T> => {
    const instance = await deadline.wait(running())
    return instance.run(() => work(instance))
  }
  // Whether it is still known who is signed in.
  const heed = async () => {
    asked = false
    const running = await current
    return running?.run(async () => running.verbs.heed())
  }
  /** Performs what is nobody's call: how it ends is shown, or asked for again by the next call. */
  const apart = (work: (deadline: Deadline) => Promise<unknown>) => {
    const deadline = startDeadline(30_000)
    work(deadline).then(deadline.end, deadline.end)
  }
  const { announce } = listen(dialect, store.key, {
    onNotice: () => {
      const tell = () => onNotice(false)
      heed().then(tell, tell)
    },
    onRestore: () => {
      heed().then(
        (known) => onNotice(!known),
        () => onNotice(true),
      )
    },
    onReturn: () => {
      if (isWatched()) apart((deadline) => run(deadline, ({ verbs }) => verbs.session(deadline, false, true)))
    },
  })

  const perform = async (
    { core, verbs }: Running,
    method: string,
    path: string,
    options: CallParts,
    deadline: Deadline,
    { take, file, senderOf }: Pick<Parcel, 'take' | 'file'> & Counted = {},
  ) => {
    const body = bodyOf(options.body)
    const { address, headers } = targetOf(path, options)
    if (body && !senderOf) deadline.grow(sizeOf(body.content) / BYTES, options)
    await verbs.ready(deadline).catch(unsent)
    const attempts = isStream(body) ? 0 : attemptsOf(options.retry ?? retry)
    const flight = file
      ? file.depart(address, headers, attempts)
      : core.start(method, address, headers, take !== undefined, verbs.mirrored(), attempts)
    const parcel: Parcel = { body, cache: options.cache, take, file, sender: senderOf?.(flight) }
    try {
      return await drive(core, flight, verbs, parcel, deadline)
    } catch (thrown) {
      if ((thrown as Partial<Failure>)?.code === 'unauthorized') toSignIn()
      throw thrown
    }
  }
  const toSignIn = () => {
    const { signInPage } = config
    if (!signInPage || leaving || typeof location === 'undefined') return
    // Some servers add a slash: the page itself must not lead to itself.
    if (bare(location.pathname) === bare(signInPage)) return
    leaving = true
    location.assign(`${signInPage}?returnTo=${encodeURIComponent(here())}`)
  }
  const verb: Engine['verb'] = (deadline, name, value) =>
    run(deadline, async ({ core, verbs }) => {
      if (name === 'signInWithLink') return verbs.signInWithLink(deadline)
      if (name === 'signInWithRedirect') {
        checkPage()
        const way = value ?? here()
        if (typeof way !== 'string') throw callInvalid
        location.assign(core.signInAddress(way))
        return { data: undefined }
      }
      const reply = await verbs.perform(name, value, deadline).catch(maybe)
      // What the user may do is shown by those who show the session.
      if (name === 'permissions' && known) {
        known = { ...known }
        onSession(known)
      }
      return reply
    })
  const call: Engine['call'] = (deadline, method, path, options) =>
    run(deadline, async (running) =>
      perform(running, method, path, options, deadline, { take: takeAs(options.as, deadline) }),
    )
  return {
    call,
    save: (deadline, path, options) =>
      run(deadline, async (running) => {
        if (!options.to)
          checkPage("; elsewhere give `to`, a WritableStream, or read a file with { as: 'blob' }")
        // What most pages never need comes with the first download.
        const loaded = import('./download.js').catch(() => unsent(networkFailed))
        const { save } = await deadline.wait(loaded)
        return save(running.core, options, deadline, (file) =>
          perform(running, 'GET', path, options, deadline, { file }),
        )
      }),
    session: (deadline, fresh) =>
      run(deadline, async ({ verbs }) => {
        if (fresh) asked = false
        await verbs.session(deadline, fresh)
        return known as CoreSession
      }),
    verb,
    can: (code) => {
      const allowed = ready?.core.can(String(code))
      if (allowed === undefined && known?.status === 'authenticated' && !asked) {
        asked = true
        apart((deadline) => verb(deadline, 'permissions'))
      }
      return allowed ?? false
    },
    upload: (deadline, path, file, options) =>
      run(deadline, async (running) => {
        const parts = { ...options, body: formOf(file, options) }
        const streams = isStream(bodyOf(parts.body))
        let senderOf: Counted['senderOf']
        if (options.onProgress || streams) {
          const loaded = import('./upload.js').catch(() => unsent(networkFailed))
          const upload = await deadline.wait(loaded)
          if (streams) upload.checkStream(baseUrl)
          senderOf = upload.senderOf(running.core, options)
        }
        return perform(running, 'POST', path, parts, deadline, { senderOf })
      }),
  }
}

/** How many bytes of a body are given a millisecond. */
const BYTES = 16

/** The core counts requests, and in a byte. */
const attemptsOf = (retry: number) => Math.min(Math.max(retry, 0), 254) + 1

/** How a body is taken that is not read as JSON. */
const takeAs = (as: string | undefined, deadline: Deadline): Parcel['take'] => {
  switch (as) {
    case undefined:
    case 'json':
      return undefined
    case 'blob':
      return (response) => {
        deadline.stop()
        return receive(response, as, deadline)
      }
    case 'text':
      return (response) => receive(response, as, deadline)
    case 'response':
      return async (response) => response
    default:
      throw { ...callInvalid, message: 'The option `as` must be json, text, blob or response.' }
  }
}

// What has failed is the session read: the call itself has not begun.
const unsent = (thrown: unknown): never => {
  throw isFailure(thrown) ? { ...thrown, sent: 'unsent', attempts: 0 } : thrown
}

// Whoever does not wait any longer leaves a verb under way that others wait for.
const maybe = (thrown: unknown) => {
  const { kind, attempts } = thrown as Partial<Failure>
  const left = attempts === 0 && (kind === 'aborted' || kind === 'timeout')
  throw left ? { ...(thrown as Failure), sent: 'maybe' } : thrown
}

const bare = (path: string) => path.replace(/\/$/, '')

/** The page's own address, as a path. */
const here = () => `${location.pathname}${location.search}${location.hash}`

const appUrl = (config: ClientConfig): string => {
  const origin = config.appUrl ?? globalThis.location?.origin
  if (origin && origin !== 'null') return origin
  throw {
    ...configInvalid,
    message: 'createClient: appUrl is needed where there is no page to take it from.',
  }
}
