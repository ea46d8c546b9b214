import { clientFactory } from './factory.js'

let compiled: WebAssembly.Module | undefined

/** Makes a client; in Node the embedded wasm is compiled synchronously, without reading a file. */
export const createClient = clientFactory(
  async (config, events) => {
    const { embedded, startEngine } = await import('./core.js')
    compiled ??= new WebAssembly.Module(embedded())
    return startEngine(compiled, config, events)
  },
  () => process.env.BACKEND_URL,
)

export * from './public.js'
