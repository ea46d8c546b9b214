import { deflated } from 'twinfetch:wasm'
import { compile } from './compile.js'
import { type Open, startEngine } from './engine.js'

let compiled: Promise<WebAssembly.Module> | undefined

/** The embedded wasm, still deflated. */
export const embedded = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(deflated), (char) => char.charCodeAt(0))

const inflate = () => {
  const inflated = new Blob([embedded()]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Response(inflated).arrayBuffer()
}

/** Starts an engine on the embedded wasm, which is compiled once per page. */
export const open: Open = async (config, events) => {
  compiled ??= inflate().then(compile)
  return startEngine(await compiled, config, events)
}

export { startEngine }
