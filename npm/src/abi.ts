import type { Dialect } from './dialect.js'
import type { CoreSession } from './session.js'

// What `crates/wasm-client/src/exports.rs` exports. Every failure that it throws is a `Failure`.

/** One client's decisions. Nothing in it waits. Times are in milliseconds, moments since 1970. */
export interface Core {
  fresh(now: number): boolean
  begin(): string
  found(status: number, headers: Headers, document: unknown, now: number): boolean
  missed(code: string, now: number): boolean
  snapshot(): CoreSession | undefined
  forget(): void
  start(method: string, path: string, headers: [name: string, value: string][], raw: boolean): Flight
  /** Takes the object out of the glue's finalization registry. */
  __destroy_into_raw(): number
}

/** A call on its way: `step` says what to do next, one of the other methods tells what came of it. */
export interface Flight {
  step(core: Core): Step
  answered(status: number, headers: Headers): void
  unanswered(code: string): void
  renewed(core: Core): void
  received(document: unknown): CoreReply
  unreadable(code: string): CoreReply
  free(): void
}

/** Send a request. */
export interface SendStep {
  is: 'send'
  method: string
  url: string
  headers: [name: string, value: string][]
  body: boolean
  follow: boolean
}

/** What a driver does next. */
export type Step =
  | SendStep
  | { is: 'read'; what: 'document' | 'nothing' | 'raw' }
  | { is: 'renew' }
  | { is: 'done' }

/** A response as the core hands it out. */
export interface CoreReply {
  data?: unknown
  status: number
  requestId?: string | undefined
}

/** One set of wasm-bindgen's glue, with the state of one instance. */
export interface Glue {
  Core: new (dialect: Dialect, baseUrl: string, appUrl: string, sessionMaxAge: number) => Core
  fileName(disposition: string | undefined, asked: string | undefined, path: string): string
  __wbg_set_wasm(exports: object): void
}
