// Short names between the wasm and its glue. wasm-bindgen's end in hashes, which no compression shortens, and each is sent
// twice: in the wasm and in the glue.

/** Renames the functions that the wasm imports, on both sides. */
export const shortenNames = (wasm, glue) => {
  const names = new Map()
  const short = (name) => {
    if (!names.has(name)) names.set(name, `_${names.size.toString(36)}`)
    return names.get(name)
  }
  const renamed = renameImports(wasm, (module, name) =>
    module === './core_bg.js' ? ['_', short(name)] : [module, name],
  )
  return { wasm: renamed, glue: glue.replaceAll(/\b__wb\w+/g, (name) => names.get(name) ?? name) }
}

const IMPORTS = 2

/** Walks the sections of a wasm module and writes its import section anew. */
const renameImports = (wasm, rename) => {
  const parts = [wasm.subarray(0, 8)]
  for (let at = 8; at < wasm.length; ) {
    const [size, start] = leb(wasm, at + 1)
    const section = wasm.subarray(at, start + size)
    parts.push(wasm[at] === IMPORTS ? importSection(wasm.subarray(start, start + size), rename) : section)
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
  const body = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.of(IMPORTS), unleb(body.length), body])
}

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
