// Short names between the wasm and its glue. wasm-bindgen's end in hashes, which no compression shortens, and each is sent
// twice: in the wasm and in the glue.

/** Renames what the wasm imports and exports, on both sides, and drops the exports that nobody asks for. */
export const shortenNames = (wasm, glue) => {
  const imported = shortNames('_')
  const exported = shortNames('$')
  const used = new Set(Array.from(glue.matchAll(/\bwasm\.(\w+)/g), ([, name]) => name))
  const renamed = rewrite(wasm, {
    [IMPORTS]: (section) =>
      importSection(section, (module, name) =>
        module === './core_bg.js' ? ['_', imported.of(name)] : [module, name],
      ),
    [EXPORTS]: (section) =>
      exportSection(section, (name) => {
        if (KEPT.includes(name)) return name
        return used.has(name) ? exported.of(name) : undefined
      }),
  })
  return {
    wasm: renamed,
    glue: glue
      .replaceAll(/\b__wb\w+/g, (name) => imported.names.get(name) ?? name)
      .replaceAll(/\bwasm\.(\w+)/g, (_, name) => `wasm.${exported.names.get(name) ?? name}`),
  }
}

const IMPORTS = 2
const EXPORTS = 7

/** What others than the glue know by name: `src/instance.ts`, and tests which break an instance. */
const KEPT = ['memory', '__wbindgen_start']

const shortNames = (prefix) => {
  const names = new Map()
  const of = (name) => {
    if (!names.has(name)) names.set(name, `${prefix}${names.size.toString(36)}`)
    return names.get(name)
  }
  return { names, of }
}

/** Walks the sections of a wasm module and has some of them written anew. */
const rewrite = (wasm, writers) => {
  const parts = [wasm.subarray(0, 8)]
  for (let at = 8; at < wasm.length; ) {
    const [size, start] = leb(wasm, at + 1)
    const section = wasm.subarray(at, start + size)
    const write = writers[wasm[at]]
    parts.push(write ? withHead(wasm[at], write(wasm.subarray(start, start + size))) : section)
    at = start + size
  }
  return Buffer.concat(parts)
}

const importSection = (section, rename) => {
  const [count, first] = leb(section, 0)
  const parts = [unleb(count)]
  let at = first
  for (let index = 0; index < count; index += 1) {
    const [module, afterModule] = text(section, at)
    const [name, afterName] = text(section, afterModule)
    const end = descriptionEnd(section, afterName)
    const [newModule, newName] = rename(module, name)
    parts.push(vector(newModule), vector(newName), section.subarray(afterName, end))
    at = end
  }
  return Buffer.concat(parts)
}

// https://webassembly.github.io/spec/core/binary/modules.html#export-section
const exportSection = (section, rename) => {
  const [count, first] = leb(section, 0)
  const parts = []
  let at = first
  for (let index = 0; index < count; index += 1) {
    const [name, afterName] = text(section, at)
    at = leb(section, afterName + 1)[1]
    const newName = rename(name)
    if (newName) parts.push(Buffer.concat([vector(newName), section.subarray(afterName, at)]))
  }
  return Buffer.concat([unleb(parts.length), ...parts])
}

const withHead = (kind, body) => Buffer.concat([Uint8Array.of(kind), unleb(body.length), body])

// https://webassembly.github.io/spec/core/binary/modules.html#import-section
const descriptionEnd = (bytes, at) => {
  const limits = (from) => {
    const afterMinimum = leb(bytes, from + 1)[1]
    return bytes[from] & 1 ? leb(bytes, afterMinimum)[1] : afterMinimum
  }
  switch (bytes[at]) {
    case 0:
      return leb(bytes, at + 1)[1]
    case 1:
      return limits(at + 2)
    case 2:
      return limits(at + 1)
    case 3:
      return at + 3
    default:
      throw new Error(`an import of the unknown kind ${bytes[at]}`)
  }
}

const leb = (bytes, at) => {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at]
    at += 1
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return [value, at]
  }
}

const unleb = (value) => {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128)
  return Uint8Array.of(...bytes, value)
}

const text = (bytes, at) => {
  const [length, start] = leb(bytes, at)
  return [Buffer.from(bytes.subarray(start, start + length)).toString('utf8'), start + length]
}

const vector = (name) => {
  const bytes = Buffer.from(name)
  return Buffer.concat([unleb(bytes.length), bytes])
}
