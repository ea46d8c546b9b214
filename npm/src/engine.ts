import { configInvalid } from '../generated/errors.js'
import type { Core, CoreReply } from './abi.js'
import { type Instance, instantiate } from './instance.js'
import { onNotice } from './notices.js'
import type { ClientConfig } from './options.js'
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
  call(method: string, path: string, options: object): Promise<CoreReply>
  save(path: string, options: object): Promise<CoreReply>
  session(options: SessionOptions): Promise<CoreSession>
  upload(path: string, file: unknown, options: UploadParts): Promise<CoreReply>
}

interface SessionOptions {
  fresh?: boolean
  signal?: AbortSignal
}

interface UploadParts {
  field?: string | undefined
  filename?: string | undefined
}

/** Loads the engine: the only difference between the entries of the package. */
export type Open = (config: ClientConfig, events: EngineEvents) => Promise<Engine>

/** Starts an engine on a compiled module; an instance that traps is replaced at the next call. */
export const startEngine = (
  module: WebAssembly.Module,
  config: ClientConfig,
  { onSession, onNotice: noticed }: EngineEvents,
): Engine => {
  let current: Promise<Instance> | undefined
  let known: CoreSession | undefined
  // The core tells every read; only a read that says something new is another object.
  const told = (session: CoreSession) => {
    if (JSON.stringify(session) === JSON.stringify(known)) return
    known = session
    onSession(session)
  }
  const started = () => {
    const drop = () => {
      if (current === starting) current = undefined
    }
    const starting = instantiate(module, { ...config, appUrl: appUrl(config), onSession: told }, drop)
    starting.catch(drop)
    return starting
  }
  const run = async <T>(call: (core: Core) => T | Promise<T>): Promise<T> => {
    current ??= started()
    return (await current).run(call)
  }
  onNotice(config.dialect, () => {
    if (current) run((core) => core.forget()).then(noticed, noticed)
  })
  const call: Engine['call'] = (method, path, options) => run((core) => core.call(method, path, options))
  return {
    call,
    save: (path, options) =>
      run((core) => core.saveDownload(path, options)).then(({ filename, size, status, requestId }) => ({
        data: { filename, size },
        status,
        requestId,
      })),
    session: ({ fresh = false, signal }) =>
      run((core) => core.session(fresh, signal).then((session) => known ?? session)),
    upload: (path, file, options) => call('POST', path, { ...options, body: uploadBody(file, options) }),
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

const uploadBody = (file: unknown, { field = 'file', filename }: UploadParts): unknown => {
  if (!/^\[object (Blob|File)\]$/.test(Object.prototype.toString.call(file))) return file
  const form = new FormData()
  const name = filename ?? (file as File).name
  if (name === undefined) form.append(field, file as Blob)
  else form.append(field, file as Blob, name)
  return form
}
