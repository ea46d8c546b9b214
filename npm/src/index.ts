import { clientFactory } from './factory.js'

/** Makes a client; nothing is loaded and nothing is asked before its first call. */
export const createClient = clientFactory(async (config, events) =>
  (await import('./core.js')).open(config, events),
)

export * from './public.js'
