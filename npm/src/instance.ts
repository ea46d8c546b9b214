import { createGlue } from 'twinfetch:glue'
import { corePanicked } from '../generated/errors.js'
import type { Core } from './abi.js'
import { type Failure, isFailure } from './failure.js'

/** A running wasm core. Once it has trapped it answers nothing any more. */
export interface Instance {
  readonly core: Core
  /** Does some work with the core; every way to fail rejects with a `Failure`. */
  run<T>(work: () => Promise<T>): Promise<T>
}

// Takes the place of a trapped instance's exports: what still holds on to its glue then touches nothing.
const dead: object = new Proxy(() => 0, { get: () => dead })

/**
 * Starts an instance of the module with glue of its own.
 *
 * A panic in wasm is a trap, an exception that is no `Failure`. It ends the instance: all work on it is rejected, and
 * `onTrap` is called.
 */
export const instantiate = async (
  module: WebAssembly.Module,
  open: (core: Core) => void,
  onTrap: () => void,
): Promise<Instance> => {
  const glue = createGlue()
  const { exports } = await WebAssembly.instantiate(module, { _: { ...glue } as WebAssembly.ModuleImports })
  glue.__wbg_set_wasm(exports)
  ;(exports.__wbindgen_start as (() => void) | undefined)?.()

  const pending = new Set<(failure: Failure) => void>()
  let ended = false
  const failure = (thrown: unknown): Failure => {
    if (isFailure(thrown)) return thrown
    ended = true
    glue.__wbg_set_wasm(dead)
    onTrap()
    for (const reject of pending) reject(corePanicked)
    return corePanicked
  }
  try {
    open(glue)
  } catch (thrown) {
    throw failure(thrown)
  }
  return {
    core: glue,
    run: (work) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(corePanicked)
        pending.add(reject)
        work()
          .then(resolve, (thrown) => reject(failure(thrown)))
          .then(() => pending.delete(reject))
      }),
  }
}
