import type { CoreReply } from './abi.js'
import type { Client, VerbOptions } from './client.js'
import type { CallParts } from './driver/call.js'
import { type Deadline, startDeadline } from './driver/deadline.js'
import type { Engine, EngineVerb, Open } from './engine.js'
import { type ErrorCall, type RequestError, requestError } from './error.js'
import type { Failure } from './failure.js'
import { type ClientOptions, checkOptions } from './options.js'
import type { RequestOptions, Result } from './request.js'
import type { CoreSession, Session, SessionSnapshot } from './session.js'
import { tell } from './tell.js'

const reading: ErrorCall = { method: 'getSession' }

/** Gives an entry its `createClient`, from its way to load the engine. */
export const clientFactory =
  (open: Open, privateBaseUrl?: () => string | undefined) =>
  (options: ClientOptions): Client => {
    const config = checkOptions(options, privateBaseUrl)
    const listeners = new Set<() => void>()
    let snapshot: SessionSnapshot = { status: 'loading' }
    let reported: CoreSession | undefined
    let engine: Promise<Engine> | undefined
    let running: Engine | undefined

    const show = (session: SessionSnapshot) => {
      snapshot = session
      listeners.forEach(tell)
    }
    const onSession = (session: CoreSession) => {
      if (session === reported) return
      reported = session
      show(
        session.status === 'unknown' ? { ...session, error: requestError(session.error, reading) } : session,
      )
    }
    const onNotice = (lost: boolean) => {
      if (lost && snapshot.status !== 'anonymous') {
        reported = undefined
        show({ status: 'loading' })
      }
      if (listeners.size) void getSession({ fresh: true })
    }
    const isWatched = () => listeners.size > 0
    const loaded = () => {
      engine ??= open(config, { onSession, onNotice, isWatched }).then(
        (opened) => {
          running = opened
          return opened
        },
        (thrown) => {
          engine = undefined
          throw thrown
        },
      )
      return engine
    }

    // The limit is of all that a call waits for, the loading of the engine included.
    const within = async <T>(
      {
        as,
        signal,
        timeout = config.timeout ?? 30_000,
        attemptTimeout: attempt = config.attemptTimeout ?? 15_000,
        idleTimeout: idle = config.idleTimeout ?? 30_000,
      }: CallParts,
      work: (engine: Engine, deadline: Deadline) => Promise<T>,
    ): Promise<T> => {
      const deadline = startDeadline(timeout, signal, { attempt, idle })
      let end = deadline.end
      try {
        const outcome = await work(await deadline.wait(loaded()), deadline)
        // A response that the caller reads still ends with the caller's signal.
        if (as === 'response') end = deadline.stop
        return outcome
      } finally {
        end()
      }
    }

    const getSession: Client['getSession'] = async ({ fresh, signal } = {}) => {
      try {
        onSession(await within({ signal, timeout: 0 }, (engine, deadline) => engine.session(deadline, fresh)))
        return snapshot as Session
      } catch (thrown) {
        const unknown: Session = { status: 'unknown', error: requestError(thrown, reading) }
        if (snapshot.status === 'loading' && unknown.error.kind !== 'aborted') show(unknown)
        return unknown
      }
    }
    const result = async (
      call: ErrorCall,
      options: CallParts,
      ask: (engine: Engine, deadline: Deadline) => Promise<CoreReply>,
    ): Promise<Result<never>> => {
      try {
        return (await within(options, ask)) as Result<never>
      } catch (thrown) {
        const error: RequestError = requestError(thrown, call)
        return { error, status: error.status, requestId: error.requestId }
      }
    }
    // A reply without data means that the session is what the verb brought.
    const perform = async (name: EngineVerb, value: unknown, options: VerbOptions = {}) => {
      let none = false
      const found: Result<never> = await result({ method: name }, options, async (engine, deadline) => {
        const reply = await engine.verb(deadline, name, value)
        none = !reply
        return reply && 'data' in reply ? reply : ({ ...reply, data: snapshot } as CoreReply)
      })
      return none ? undefined : found
    }
    const verb = (name: EngineVerb) => (value?: unknown, options?: VerbOptions) =>
      perform(name, value, options) as Promise<Result<never>>
    const plainVerb = (name: EngineVerb) => (options?: VerbOptions) =>
      perform(name, undefined, options) as Promise<Result<never>>
    const signOut: Client['signOut'] = async (options) => {
      const { data, error } = await plainVerb('signOut')(options)
      if (!data) return { error: error as RequestError }
      const { serverTold, cause }: { serverTold: boolean; cause?: Failure } = data
      return {
        data: cause ? { serverTold, cause: requestError(cause, { method: 'signOut' }) } : { serverTold },
      }
    }
    const called = (method: string, path: unknown): ErrorCall => ({
      method,
      ...placeOf(config.baseUrl, path),
    })
    const call = (method: string, path: string, options: CallParts) =>
      result(called(method, path), options, (engine, deadline) =>
        engine.call(deadline, method, path, options),
      )
    const read = (method: string) => (path: string, options?: RequestOptions) =>
      call(method, path, options ?? {})
    const write = (method: string) => (path: string, body?: unknown, options?: RequestOptions) =>
      call(method, path, { ...options, body })

    return {
      get: read('GET'),
      post: write('POST'),
      put: write('PUT'),
      patch: write('PATCH'),
      delete: read('DELETE'),
      download: (path, options = {}) =>
        result(called('GET', path), options, (engine, deadline) => engine.save(deadline, path, options)),
      upload: (path, file, options = {}) =>
        result(called('POST', path), options, (engine, deadline) =>
          engine.upload(deadline, path, file, options),
        ),
      getSession,
      signIn: verb('signIn'),
      register: verb('register'),
      signOut,
      refresh: plainVerb('refresh'),
      update: verb('update'),
      permissions: plainVerb('permissions'),
      can: (code) => running?.can(code) ?? false,
      createLinkToken: plainVerb('createLinkToken'),
      signInWithLink: plainVerb('signInWithLink'),
      signInWithRedirect: (options) => perform('signInWithRedirect', options?.returnTo, options) as never,
      subscribe: (listener) => {
        listeners.add(listener)
        if (listeners.size === 1) void getSession()
        return () => listeners.delete(listener)
      },
      getSnapshot: () => snapshot,
    }
  }

// An absolute address is one below the base; what is after `?` or `#` may be anybody's secret.
const placeOf = (baseUrl: string, path: unknown): ErrorCall => {
  const { origin } = new URL(baseUrl)
  const address = typeof path === 'string' || path instanceof URL ? String(path) : ''
  const rest = address.startsWith(origin) ? address.slice(origin.length) : address
  return { route: /^\/(?!\/)[^?#]*/.exec(rest)?.[0], origin }
}
