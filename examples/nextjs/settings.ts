import 'server-only'

// Looked up by an argument: Next replaces any readable `process.env.NEXT_PUBLIC_…` at build time, and one build must serve any port.
const setting = (name: string): string | undefined => process.env[name]

const FALLBACK = 'http://localhost:8080'

/** Where this server reaches the backend. It may be an address that only the server can reach. */
export const privateBackendUrl = (): string => setting('BACKEND_URL') ?? FALLBACK

/** Where the browser reaches the backend. Every visitor can read it. */
export const publicBackendUrl = (): string => setting('NEXT_PUBLIC_BACKEND_URL') ?? FALLBACK
