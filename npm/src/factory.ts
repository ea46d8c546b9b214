import type { CoreReply } from './abi.js'
import type { Client } from './client.js'
import type { Engine, Open } from './engine.js'
import { type RequestError, requestError } from './error.js'
import { type ClientOptions, checkOptions } from './options.js'
import type { RequestOptions, Result } from './request.js'
import type { CoreSession, Session, SessionSnapshot } from './session.js'
import { tell } from './tell.js'

/** Gives an entry its `createClient`, from its way to load the engine. */
export const clientFactory =
  (open: Open, privateBaseUrl?: () => string | undefined) =>
  (options: ClientOptions): Client => {
    const config = checkOptions(options, privateBaseUrl)
    const listeners = new Set<() => void>()
    let snapshot: SessionSnapshot = { status: 'loading' }
    let reported: CoreSession | undefined
    let engine: Promise<Engine> | undefined

    const show = (session: Session) => {
      snapshot = session
      listeners.forEach(tell)
    }
    const onSession = (session: CoreSession) => {
      if (session === reported) return
      reported = session
      show(session.status === 'unknown' ? { ...session, error: requestError(session.error) } : session)
    }
    const onNotice = () => {
      if (listeners.size) void getSession({ fresh: true })
    }
    const loaded = () => {
      engine ??= open(config, { onSession, onNotice }).catch((thrown) => {
        engine = undefined
        throw thrown
      })
      return engine
    }

    const getSession: Client['getSession'] = async (options = {}) => {
      try {
        onSession(await (await loaded()).session(options))
        return snapshot as Session
      } catch (thrown) {
        const unknown: Session = { status: 'unknown', error: requestError(thrown) }
        if (snapshot.status === 'loading' && unknown.error.kind !== 'aborted') show(unknown)
        return unknown
      }
    }
    const result = async (ask: (engine: Engine) => Promise<CoreReply>): Promise<Result<never>> => {
      try {
        return (await ask(await loaded())) as Result<never>
      } catch (thrown) {
        const error: RequestError = requestError(thrown)
        return { error, status: error.status, requestId: error.requestId }
      }
    }
    const read = (method: string) => (path: string, options?: RequestOptions) =>
      result((engine) => engine.call(method, path, options ?? {}))
    const write = (method: string) => (path: string, body?: unknown, options?: RequestOptions) =>
      result((engine) => engine.call(method, path, { ...options, body }))

    return {
      get: read('GET'),
      post: write('POST'),
      put: write('PUT'),
      patch: write('PATCH'),
      delete: read('DELETE'),
      download: (path, options = {}) => result((engine) => engine.save(path, options)),
      upload: (path, file, options = {}) => result((engine) => engine.upload(path, file, options)),
      getSession,
      subscribe: (listener) => {
        listeners.add(listener)
        if (listeners.size === 1) void getSession()
        return () => listeners.delete(listener)
      },
      getSnapshot: () => snapshot,
    }
  }
