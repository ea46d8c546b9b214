import { createGlue } from 'twinfetch:glue'
import { corePanicked } from '../generated/errors.js'
import type { Core, CoreConfig } from './abi.js'
import { type Failure, isFailure } from './failure.js'

/** A running wasm core. Once it has trapped it answers nothing any more. */
export interface Instance {
  /** Makes one call; every way to fail rejects with a `Failure`. */
  run<T>(call: (core: Core) => T | Promise<T>): Promise<T>
}

// Takes the place of a trapped instance's exports: late callbacks and finalizers of its glue then touch nothing.
const dead: object = new Proxy(() => 0, { get: () => dead })

/**
 * Starts an instance of the module with glue of its own.
 *
 * A panic in wasm is a trap, and one inside a task is thrown out of a microtask, where no caller sees it. So the imports
 * through which wasm is called back (`$` by `scripts/names.mjs`) are wrapped: a trap ends the instance, rejects its pending
 * calls and calls `onTrap`.
 */
export const instantiate = async (
  module: WebAssembly.Module,
  config: CoreConfig,
  onTrap: () => void,
): Promise<Instance> => {
  const glue = createGlue()
  const pending = new Set<(failure: Failure) => void>()
  let core: Core | undefined
  let ended = false
  const trapped = () => {
    ended = true
    core?.__destroy_into_raw?.()
    glue.__wbg_set_wasm(dead)
    onTrap()
    for (const reject of pending) reject(corePanicked)
    pending.clear()
  }
  const guarded = (callback: unknown): unknown =>
    typeof callback !== 'function'
      ? callback
      : (...args: unknown[]) => {
          try {
            return callback(...args)
          } catch {
            trapped()
          }
        }
  const imports: Record<string, unknown> = { ...glue }
  for (const [name, imported] of Object.entries(glue)) {
    if (name.startsWith('$')) {
      imports[name] = (...args: unknown[]) =>
        (imported as (...args: unknown[]) => unknown)(...args.map(guarded))
    }
  }
  const { exports } = await WebAssembly.instantiate(module, {
    _: imports as WebAssembly.ModuleImports,
  })
  glue.__wbg_set_wasm(exports)
  ;(exports.__wbindgen_start as (() => void) | undefined)?.()

  const failure = (thrown: unknown): Failure => {
    if (isFailure(thrown)) return thrown
    trapped()
    return corePanicked
  }
  try {
    core = new glue.Core(config)
  } catch (thrown) {
    throw failure(thrown)
  }
  const running = core
  return {
    run: (call) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(corePanicked)
        pending.add(reject)
        const settled = () => pending.delete(reject)
        try {
          Promise.resolve(call(running))
            .then(resolve, (thrown) => reject(failure(thrown)))
            .then(settled)
        } catch (thrown) {
          settled()
          reject(failure(thrown))
        }
      }),
  }
}
