import { configInvalid } from '../generated/errors.js'
import type { CoreReply } from './abi.js'
import { type CallParts, drive, readAs } from './driver/call.js'
import { type Deadline, startDeadline } from './driver/deadline.js'
import { checkPage, save } from './driver/download.js'
import { type Identity, identityOf } from './driver/identity.js'
import { formOf } from './driver/upload.js'
import { type Instance, instantiate } from './instance.js'
import { onNotice } from './notices.js'
import type { ClientConfig } from './options.js'
import type { DownloadOptions, UploadOptions } from './request.js'
import type { CoreSession } from './session.js'

/** What the engine tells the client it works for. */
export interface EngineEvents {
  /** The session has become another. */
  onSession(session: CoreSession): void
  /** The session may have changed in another tab. */
  onNotice(): void
}

/** The part of a client that is loaded at its first call. Every failure is a rejection with a `Failure`. */
export interface Engine {
  call(method: string, path: string, options: CallParts): Promise<CoreReply>
  save(path: string, options: DownloadOptions): Promise<CoreReply>
  session(options: SessionOptions): Promise<CoreSession>
  upload(path: string, file: unknown, options: UploadOptions): Promise<CoreReply>
}

interface SessionOptions {
  fresh?: boolean
  signal?: AbortSignal
}

interface Running extends Instance {
  identity: Identity
}

/** Loads the engine: the only difference between the entries of the package. */
export type Open = (config: ClientConfig, events: EngineEvents) => Promise<Engine>

/** Starts an engine on a compiled module; an instance that traps is replaced at the next call. */
export const startEngine = (
  module: WebAssembly.Module,
  config: ClientConfig,
  { onSession, onNotice: noticed }: EngineEvents,
): Engine => {
  const { dialect, baseUrl, timeout = 30_000, sessionMaxAge = 60_000 } = config
  let current: Promise<Running> | undefined
  let known: CoreSession | undefined
  // Every read is told; only one that says something new is another object.
  const told = (session: CoreSession) => {
    if (JSON.stringify(session) === JSON.stringify(known)) return
    known = session
    onSession(session)
  }
  const start = async (drop: () => void): Promise<Running> => {
    const instance = await instantiate(
      module,
      (glue) => new glue.Core(dialect, new URL(baseUrl), new URL(appUrl(config)), sessionMaxAge),
      drop,
    )
    return { ...instance, identity: identityOf(instance.core, told) }
  }
  const running = () => {
    if (!current) {
      const drop = () => {
        if (current === starting) current = undefined
      }
      const starting = start(drop)
      starting.catch(drop)
      current = starting
    }
    return current
  }
  const run = async <T>(
    { as, signal, timeout: limit = timeout }: Pick<CallParts, 'as' | 'signal' | 'timeout'>,
    work: (running: Running, deadline: Deadline) => Promise<T>,
  ): Promise<T> => {
    const instance = await running()
    const deadline = startDeadline(limit, signal)
    const outcome = instance.run(() => work(instance, deadline))
    // A response that the caller reads still ends with the caller's signal.
    outcome.then(as === 'response' ? deadline.stop : deadline.end, deadline.end)
    return outcome
  }
  onNotice(dialect, () => {
    current?.then(({ core, run }) => run(async () => core.forget())).then(noticed, noticed)
  })

  const call: Engine['call'] = (method, path, options) =>
    run(options, async ({ core, identity }, deadline) => {
      const received = await drive(core, identity, method, path, options, deadline)
      const { as = 'json' } = options
      return as === 'json' ? received : readAs(received, as, deadline)
    })
  return {
    call,
    save: (path, options) =>
      run(options, async ({ core, glue, identity }, deadline) => {
        checkPage()
        const parts = { ...options, as: 'response' }
        const { response, ...reply } = await drive(core, identity, 'GET', path, parts, deadline)
        return { ...reply, data: await save(glue, path, response ?? new Response(), options, deadline) }
      }),
    session: ({ fresh, signal }) =>
      run({ signal, timeout: 0 }, async ({ identity }, deadline) => {
        await identity.ready(deadline, fresh)
        return known as CoreSession
      }),
    upload: (path, file, options) => call('POST', path, { ...options, body: formOf(file, options) }),
  }
}

const appUrl = (config: ClientConfig): string => {
  const origin = config.appUrl ?? globalThis.location?.origin
  if (origin && origin !== 'null') return origin
  throw {
    ...configInvalid,
    message: 'createClient: appUrl is needed where there is no page to take it from.',
  }
}
