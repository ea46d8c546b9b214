import { configInvalid } from '../generated/errors.js'
import type { CoreReply } from './abi.js'
import { type CallParts, drive, readAs } from './driver/call.js'
import type { Deadline } from './driver/deadline.js'
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
  call(deadline: Deadline, method: string, path: string, options: CallParts): Promise<CoreReply>
  save(deadline: Deadline, path: string, options: DownloadOptions): Promise<CoreReply>
  session(deadline: Deadline, fresh?: boolean): Promise<CoreSession>
  upload(deadline: Deadline, path: string, file: unknown, options: UploadOptions): Promise<CoreReply>
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
  const { dialect, baseUrl, sessionMaxAge = 60_000 } = config
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
  const run = async <T>(deadline: Deadline, work: (running: Running) => Promise<T>): Promise<T> => {
    const instance = await deadline.wait(running())
    return instance.run(() => work(instance))
  }
  onNotice(dialect, () => {
    current?.then(({ core, run }) => run(async () => core.forget())).then(noticed, noticed)
  })

  const call: Engine['call'] = (deadline, method, path, options) =>
    run(deadline, async ({ core, identity }) => {
      const received = await drive(core, identity, method, path, options, deadline)
      const { as = 'json' } = options
      return as === 'json' ? received : readAs(received, as, deadline)
    })
  return {
    call,
    save: (deadline, path, options) =>
      run(deadline, async ({ core, glue, identity }) => {
        checkPage()
        const parts = { ...options, as: 'response' }
        const { response, ...reply } = await drive(core, identity, 'GET', path, parts, deadline)
        return { ...reply, data: await save(glue, path, response ?? new Response(), options, deadline) }
      }),
    session: (deadline, fresh) =>
      run(deadline, async ({ identity }) => {
        await identity.ready(deadline, fresh)
        return known as CoreSession
      }),
    upload: async (deadline, path, file, options) =>
      call(deadline, 'POST', path, { ...options, body: formOf(file, options) }),
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
