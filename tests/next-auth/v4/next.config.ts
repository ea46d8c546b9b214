import type { NextConfig } from 'next'

/** The types of both apps are checked together, by the folder's `npm run check`. */
export default { typescript: { ignoreBuildErrors: true } } satisfies NextConfig
