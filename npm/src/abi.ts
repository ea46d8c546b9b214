import type { Dialect } from './dialect.js'
import type { Failure } from './failure.js'
import type { CoreSession } from './session.js'

// What `crates/wasm-client/src/exports` exports. Every failure that it throws is a `Failure`.

/** One client's decisions. Nothing in it waits. Times are in milliseconds, moments since 1970. */
export interface Core {
  fresh(now: number): boolean
  begin(): string
  found(outcome: Outcome, now: number): CoreSession
  forget(): void
  start(method: string, path: string, headers: Pair[], raw: boolean): Flight
  /** Takes the object out of the glue's finalization registry. */
  __destroy_into_raw(): number
}

/** A call on its way: it is told what came of the last step, nothing at first, and says the next. */
export interface Flight {
  advance(core: Core, outcome: Outcome | undefined): Step
  free(): void
}

/** A header's name and value. */
export type Pair = [name: string, value: string]

/** What came of a step: a response's head, a document, nothing, or the code of what went wrong. */
export interface Outcome {
  status?: number
  headers?: Headers
  document?: unknown
  code?: string
}

/** Send a request. */
export interface SendStep {
  is: 'send'
  method: string
  url: string
  headers: Pair[]
  body: boolean
  follow: boolean
}

/** What a driver does next. */
export type Step =
  | SendStep
  | { is: 'read'; what: 'document' | 'nothing' | 'raw' }
  | { is: 'renew' }
  | ({ is: 'done' } & CoreReply)
  | { is: 'failed'; error?: Failure }

/** A response as the core hands it out. */
export interface CoreReply {
  data?: unknown
  status: number
  requestId?: string | undefined
}

/** One set of wasm-bindgen's glue, with the state of one instance. */
export interface Glue {
  Core: new (dialect: Dialect, baseUrl: URL, appUrl: URL, sessionMaxAge: number) => Core
  fileName(disposition: string | undefined, asked: string | undefined, path: string): string
  __wbg_set_wasm(exports: object): void
}
