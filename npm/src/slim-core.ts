import { compile } from './compile.js'
import { type Engine, type EngineEvents, startEngine } from './engine.js'
import type { ClientConfig } from './options.js'
import type { WasmSource } from './slim.js'

/** Starts an engine on wasm from elsewhere. */
export const openFrom = async (
  source: WasmSource,
  config: ClientConfig,
  events: EngineEvents,
): Promise<Engine> => startEngine(await moduleOf(source), config, events)

// Known by their tags, not by `instanceof`: a bundler or a sandbox may hand over an object of another realm.
const moduleOf = async (source: WasmSource): Promise<WebAssembly.Module> => {
  if (typeof source === 'string') return moduleOf(await fetch(source))
  switch (Object.prototype.toString.call(source)) {
    case '[object URL]':
      return moduleOf(await fetch(source as URL))
    case '[object Response]':
      return compile(await (source as Response).arrayBuffer())
    case '[object WebAssembly.Module]':
      return source as WebAssembly.Module
    default:
      return compile(source as BufferSource)
  }
}
