// The wasm of the package and its glue, as the build made them, without the driver around them.
import { readFileSync } from 'node:fs'

const module = new WebAssembly.Module(readFileSync(new URL('../generated/core.wasm', import.meta.url)))
let instances = 0

/** A new instance of the core: what `src/abi.ts` calls `Core`. */
export const coreInstance = async () => {
  instances += 1
  const glue = await import(`../generated/core_bg.js?${instances}`)
  const { exports } = new WebAssembly.Instance(module, { './core_bg.js': glue })
  glue.__wbg_set_wasm(exports)
  exports.__wbindgen_start?.()
  return glue
}
