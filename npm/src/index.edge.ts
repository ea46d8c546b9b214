import { clientFactory } from './factory.js'

/** Makes a client on a module that the platform has compiled: edge runtimes refuse to compile bytes. */
export const createClient = clientFactory(
  async (config, events) => {
    const [{ startEngine }, wasm] = await Promise.all([import('./engine.js'), import('./core.wasm?module')])
    return startEngine(wasm.default, config, events)
  },
  () => process.env.BACKEND_URL,
)

export * from './public.js'
