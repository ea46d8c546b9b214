import type { Client } from './client.js'
import { clientFactory } from './factory.js'
import type { ClientOptions } from './options.js'

/** Where the wasm comes from: an address of `twinfetch/core.wasm`, its response, its bytes, or the compiled module. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module

/** The settings of a client whose wasm the app brings. */
export interface SlimClientOptions extends ClientOptions {
  /** The wasm, or a function that brings it at the first call. */
  wasm: WasmSource | Promise<WasmSource> | (() => WasmSource | Promise<WasmSource>)
}

/** Makes a client without the embedded wasm: the app brings `twinfetch/core.wasm` in its own way. */
export const createClient = ({ wasm, ...options }: SlimClientOptions): Client =>
  clientFactory(async (config, events) => {
    const source = typeof wasm === 'function' ? wasm() : wasm
    return (await import('./slim-core.js')).openFrom(await source, config, events)
  })(options)

export * from './public.js'
