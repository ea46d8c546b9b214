import type { Dialect } from './dialect.js'
import type { CoreSession } from './session.js'

/** What a core is made with; the names are those of the wasm constructor. */
export interface CoreConfig {
  dialect: Dialect
  baseUrl: string
  appUrl: string
  timeout?: number | undefined
  sessionMaxAge?: number | undefined
  onSession: (session: CoreSession) => void
}

/** A response as the core hands it out. */
export interface CoreReply {
  data: unknown
  status: number
  requestId?: string | undefined
}

/** The class that the wasm exports. Every failure it throws or rejects with is a `Failure`. */
export interface Core {
  call(method: string, path: string, options: object): Promise<CoreReply>
  saveDownload(
    path: string,
    options: object,
  ): Promise<{
    filename: string
    size: number
    status: number
    requestId?: string
  }>
  session(fresh: boolean, signal: AbortSignal | undefined): Promise<CoreSession>
  forget(): void
  /** Takes the object out of the glue's finalization registry. */
  __destroy_into_raw?(): number
}

/** One set of wasm-bindgen's glue, with the state of one instance. */
export interface Glue extends Record<string, unknown> {
  Core: new (config: CoreConfig) => Core
  __wbg_set_wasm(exports: object): void
}
