import { wasmBlockedByCsp, wasmUnavailable } from '../generated/errors.js'

/**
 * Compiles the wasm, and says it when the page or the runtime does not allow that.
 *
 * @throws {Failure} `wasm_unavailable` or `wasm_blocked_by_csp`
 */
export const compile = async (bytes: BufferSource): Promise<WebAssembly.Module> => {
  if (typeof WebAssembly === 'undefined') throw wasmUnavailable
  try {
    return await WebAssembly.compile(bytes)
  } catch {
    throw (await compilesNothing()) ? wasmBlockedByCsp : wasmUnavailable
  }
}

// Browsers word the refusal differently, so it is not recognised by its text: a policy refuses even the empty module.
const compilesNothing = () =>
  WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).then(
    () => false,
    () => true,
  )
