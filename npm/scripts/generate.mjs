// TypeScript from what the core says of itself: `errors.json`, `verbs.json` and `schema.json` in `generated/`, written by
// `cargo xtask build`. Types for the developer, constants and the dialect's check for the page.
import { readFile, writeFile } from 'node:fs/promises'

const json = async (name) =>
  JSON.parse(await readFile(new URL(`../generated/${name}`, import.meta.url), 'utf8'))
const write = (name, text) => writeFile(new URL(`../generated/${name}`, import.meta.url), text)

/** Writes `errors.ts`, `verbs.ts`, `dialect.ts` and `shape.ts`. */
export const generate = async () => {
  const { kinds, reach, codes } = await json('errors.json')
  const schema = await json('schema.json')
  await write('errors.ts', errors(kinds, reach, codes))
  const verbs = await json('verbs.json')
  await write(
    'verbs.ts',
    `/** What the core does about a session beyond calls. */\nexport type Verb = ${union(verbs)}\n`,
  )
  await write(
    'dialect.ts',
    `/** How one backend talks: data, checked field by field when a client is made. */\nexport interface Dialect ${type(schema)}\n`,
  )
  await write(
    'shape.ts',
    `/** What a dialect may look like, in the short form that \`checkDialect\` walks. */\nexport const shape = ${JSON.stringify(shape(schema))} as const\n`,
  )
}

const union = (names) => names.map((name) => `'${name}'`).join(' | ')
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

const errors = (kinds, reach, codes) => `/** What a caller can do about an error. */
export type ErrorKind = ${union(kinds)}

/** Whether the server may have received a call that failed. */
export type Sent = ${union(reach)}

/** The stable name of what happened. */
export type ErrorCode = ${union(codes.map(({ name }) => name))}
${codes
  .map(
    ({ name, ...parts }) => `
/** The failure \`${name}\` with its own message. */
export const ${camel(name)} = ${JSON.stringify({ code: name, ...parts })} as const
`,
  )
  .join('')}`

const type = (schema) => {
  switch (schema.is) {
    case 'any':
      return 'unknown'
    case 'number':
      return 'number'
    case 'words':
      return `(${union(schema.words)})`
    case 'list':
      return `readonly ${type(schema.item)}[]`
    case 'optional':
      return type(schema.value)
    case 'record':
      return `{ ${members(schema.fields)} }`
    case 'choice':
      return `(${schema.variants.map(variant).join(' | ')})`
    default:
      return 'string'
  }
}

const variant = ({ kind, doc, fields }) => `{ /** ${doc} */ readonly kind: '${kind}'; ${members(fields)} }`

const members = (fields) =>
  fields
    .map(({ name, doc, schema }) => {
      const optional = schema.is === 'optional'
      return `/** ${doc} */ readonly ${name}${optional ? '?' : ''}: ${type(schema)}${optional ? ' | undefined' : ''};`
    })
    .join(' ')

// A text is the source of its pattern, a number 0, anything null, a list an array of its item, a choice an object with
// the one key `|`, a record an object whose optional fields end in `?`.
const shape = (schema) => {
  switch (schema.is) {
    case 'any':
      return null
    case 'number':
      return 0
    case 'pointer':
      return '^(/|$)'
    case 'route':
      return String.raw`^/(?!/)[^\\]*$`
    case 'words':
      return `^(${schema.words.join('|')})$`
    case 'list':
      return [shape(schema.item)]
    case 'optional':
      return shape(schema.value)
    case 'record':
      return record(schema.fields)
    case 'choice':
      return { '|': Object.fromEntries(schema.variants.map(({ kind, fields }) => [kind, record(fields)])) }
    default:
      return '[^]'
  }
}

const record = (fields) =>
  Object.fromEntries(
    fields.map(({ name, schema }) => [schema.is === 'optional' ? `${name}?` : name, shape(schema)]),
  )
