import type { Verb } from '../generated/verbs.js'
import type { Dialect } from './dialect.js'
import type { Failure } from './failure.js'
import type { CoreSession } from './session.js'

// What `crates/wasm-client/src/exports` exports. Every failure that it throws is a `Failure`.

/** One client's decisions, an instance of the wasm. Nothing in it waits. Times are in milliseconds, moments since 1970. */
export interface Core {
  /** Sets the core up, before anything else is asked of it. */
  open(dialect: Dialect, baseUrl: URL, appUrl: URL, sessionMaxAge: number, attempts: number): void
  /** Whether a call has to wait for a session read. */
  waits(now: number): boolean
  /** The session, while it may be used without being read again. */
  fresh(now: number): CoreSession | undefined
  /** The session as it was last known. */
  session(): CoreSession | undefined
  forget(): void
  /** Starts a call of at most so many attempts; 0 is one whose body can be sent once only. */
  start(
    method: string,
    path: string,
    headers: Pair[],
    raw: boolean,
    mirrored: string | undefined,
    attempts: number,
  ): Flight
  /** Starts a download; `restarts` says whether what was taken can be given up for a new beginning. */
  download(
    path: string,
    headers: Pair[],
    asked: string | undefined,
    restarts: boolean,
    attempts: number,
  ): Flight
  /** The pace of a flight's transfer, when it is time to tell of it: at once, at its end, and ten times a second between. */
  measure(flight: Flight, now: number, done: number, total: number | undefined): Pace | undefined
  verb(name: Verb, mirrored: string | undefined): Flight
  /** Tells a flight what came of its last step, nothing at first, and says the next; the call still has `left` milliseconds. */
  advance(flight: Flight, outcome: Outcome | undefined, now: number, left: number): Step
  /** Ends a flight, wherever it is. */
  end(flight: Flight): void
  /** When the tokens are to be renewed without having been refused; `random` is the client's own. */
  dueAt(random: number): number
  tokens(): Tokens | undefined
  /** Takes over kept tokens: of the same sign-in, of another, or none. */
  restore(access: string | undefined, refresh: string | undefined, same: boolean): void
  can(code: string): boolean | undefined
  /** Signs in by a link's token, and returns the query and the fragment without it. */
  takeLink(query: string, fragment: string): [query: string, fragment: string] | undefined
  signInAddress(returnTo: string): string
}

/** The number of a call or a verb on its way. */
export type Flight = number

/** What a sign-in gave to keep; the access token's end is in milliseconds since 1970. */
export interface Tokens {
  access: string
  refresh?: string
  expires?: number
}

/** A header's name and value. */
export type Pair = [name: string, value: string]

/** How fast a transfer is, in bytes a second, and how long it will take, in milliseconds. */
export interface Pace {
  rate?: number
  remaining?: number
}

/** What came of a step: a response's head, a document, nothing, or the code of what went wrong. */
export interface Outcome {
  status?: number
  headers?: Headers
  /** Whether there may be headers that a script cannot see: those of another origin. */
  filtered?: boolean
  /** How many bytes of a file came. */
  received?: number
  document?: unknown
  code?: string
}

/** Send a request. */
export interface SendStep {
  is: 'send'
  method: string
  url: string
  headers: Pair[]
  credentials: RequestCredentials
  /** The caller's body, or members of the core's own, to which those of the caller are added. */
  body?: true | Record<string, string>
  /** Whether the members are sent as a form. */
  form?: boolean
}

/** Take the body of a file. */
export interface TakeStep {
  is: 'take'
  /** Whether it begins with the file's first byte, and not behind what was received. */
  anew: boolean
  /** The bytes of the file that came before. */
  received: number
  /** The length of the file; unknown where nothing says it, or where the bytes are packed on the way. */
  total?: number
  /** The name to save it under. */
  filename: string
}

/** Something for a driver to do. */
export type ActiveStep =
  | SendStep
  | { is: 'read'; what: 'document' | 'nothing' | 'raw' }
  | { is: 'renew'; verb?: Verb }
  | { is: 'wait'; milliseconds: number }
  | TakeStep

/** What a driver does next. */
export type Step = ActiveStep | ({ is: 'done' } & CoreReply) | { is: 'failed'; error?: Failure }

/** A response as the core hands it out. */
export interface CoreReply {
  data?: unknown
  status?: number
  requestId?: string | undefined
}

/** One set of wasm-bindgen's glue, with the state of one instance. */
export interface Glue extends Core {
  __wbg_set_wasm(exports: object): void
}
