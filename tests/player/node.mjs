// Plays a vector file against the core compiled to wasm: node node.mjs PLAYER_JS VECTORS_JSON
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const [player, vectors] = process.argv.slice(2)
if (!player || !vectors) {
  console.error('usage: node node.mjs PLAYER_JS VECTORS_JSON')
  process.exit(2)
}

const { play } = createRequire(import.meta.url)(resolve(player))
try {
  const report = play(readFileSync(vectors, 'utf8'))
  console.log(report)
  process.exitCode = / 0 failed, \d+ skipped$/.test(report) ? 0 : 1
} catch (error) {
  // The player throws its sentences as they are; an error is the file system's or the wasm's.
  console.error(typeof error === 'string' ? error : error.message)
  process.exitCode = 2
}
