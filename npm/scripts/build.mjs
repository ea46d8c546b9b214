// From `src/` and `generated/` to `dist/`. What is in `generated/` comes from `cargo xtask build`.
import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { generate } from './generate.mjs'
import { shortenNames } from './names.mjs'
import { pack } from './pack.mjs'

const root = new URL('..', import.meta.url).pathname
const { wasm, glue } = shortenNames(
  await readFile(`${root}generated/core.wasm`),
  await readFile(`${root}generated/core_bg.js`, 'utf8'),
)

/** Wraps wasm-bindgen's glue into a function, so that every instance of the wasm has glue with its own state. */
const glueFactory = async () => {
  const { outputFiles } = await build({
    stdin: { contents: glue },
    bundle: true,
    format: 'esm',
    write: false,
  })
  // `export { local as name }` at the end becomes `return { name: local }`.
  const body = outputFiles[0].text.replace(/export (\{[^}]*\});\s*$/, (_, names) => {
    return `return ${names.replace(/(\w+) as (\w+)/g, '$2: $1')}`
  })
  return `export const createGlue = () => {${body}}`
}

const virtual = {
  name: 'virtual',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^twinfetch:/ }, ({ path }) => ({ path, namespace: 'virtual', sideEffects: false }))
    onLoad({ filter: /glue$/, namespace: 'virtual' }, async () => ({ contents: await glueFactory() }))
    onLoad({ filter: /wasm$/, namespace: 'virtual' }, () => {
      const { text, table } = pack(wasm)
      return { contents: `export const text = '${text}'\nexport const table = '${table}'` }
    })
  },
}

// Every entry is one file, and what it imports on first use is another: a bundler has nothing to put together.
const settings = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  outdir: `${root}dist`,
  external: [
    './core.js',
    './download.js',
    './engine.js',
    './slim-core.js',
    './upload.js',
    '*.wasm?module',
    'react',
  ],
  plugins: [virtual],
  minify: true,
  logLevel: 'warning',
}
const entry = (...names) => names.map((name) => `${root}src/${name}.ts`)

/** Removes the declarations that no entry's declarations lead to. */
const keepReached = async () => {
  const types = `${root}dist/types/`
  const names = (await readdir(types, { recursive: true })).filter((name) => name.endsWith('.d.ts'))
  const reached = new Set()
  const reach = async (name) => {
    if (reached.has(name)) return
    reached.add(name)
    const text = await readFile(`${types}${name}`, 'utf8')
    for (const [, imported] of text.matchAll(/['"](\.[^'"]+)\.js['"]/g)) {
      await reach(join(dirname(name), `${imported}.d.ts`))
    }
  }
  const entries = names.filter((name) =>
    /^(src\/(index|slim|react)|generated\/dialects\/.*)\.d\.ts$/.test(name),
  )
  for (const name of entries) await reach(name)
  for (const name of names.filter((name) => !reached.has(name))) await rm(`${types}${name}`)
}

await rm(`${root}dist`, { recursive: true, force: true })
await generate()
const dialects = (await readdir(`${root}generated/dialects`)).map(
  (name) => `${root}generated/dialects/${name}`,
)
await Promise.all([
  build({ ...settings, entryPoints: entry('index', 'index.node', 'index.edge', 'slim') }),
  // The lazy chunks hold the engine themselves, and all of them load those for files.
  build({
    ...settings,
    entryPoints: entry('core', 'engine', 'slim-core'),
    external: ['./download.js', './upload.js'],
  }),
  build({ ...settings, entryPoints: entry('download', 'upload'), external: [] }),
  build({ ...settings, entryPoints: entry('react'), banner: { js: "'use client';" } }),
  build({ ...settings, entryPoints: dialects, outdir: `${root}dist/dialects`, minify: false }),
  promisify(execFile)(`${root}node_modules/.bin/tsc`, ['--project', `${root}tsconfig.build.json`]),
])
for (const name of await readdir(`${root}..`)) {
  if (name.startsWith('LICENSE')) await copyFile(`${root}../${name}`, `${root}dist/${name}`)
}
await keepReached()
await writeFile(`${root}dist/core.wasm`, wasm)
await writeFile(
  `${root}dist/core.wasm.d.ts`,
  '/** The wasm: its address, its bytes or its module, as the bundler has it. */\ndeclare const wasm: unknown\nexport default wasm\n',
)
