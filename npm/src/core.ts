import { table, text } from 'twinfetch:wasm'
import { compile } from './compile.js'
import { type Open, startEngine } from './engine.js'
import { unpack } from './unpack.js'

let compiled: Promise<WebAssembly.Module> | undefined

/** The bytes of the embedded wasm. */
export const embedded = (): Uint8Array<ArrayBuffer> => unpack(text, table)

/** Starts an engine on the embedded wasm, which is compiled once per page. */
export const open: Open = async (config, events) => {
  compiled ??= compile(embedded())
  return startEngine(await compiled, config, events)
}

export { startEngine }
