// Bytes as text that servers compress as well as the bytes: every frequent byte is one character and every other byte two,
// so what repeats in the bytes repeats in the text. Measured on the core: 2 % above the bytes under brotli, and no more than
// the bytes under gzip; deflated base64 is 16 % above under brotli. Only characters that no bundler escapes are used.
// `src/unpack.ts` is the way back.

/** The characters that stand for a byte, in the order of their codes; `src/unpack.ts` has the same. */
const SINGLES = Array.from({ length: 93 }, (_, index) => index + 32).filter(
  (code) => !/["$'\\`]/.test(String.fromCharCode(code)),
)
const PREFIXES = [125, 126]

/** Writes bytes as text; `table` says in base64 which byte each single character is. */
export const pack = (bytes) => {
  const frequency = new Array(256).fill(0)
  for (const byte of bytes) frequency[byte] += 1
  const all = Array.from({ length: 256 }, (_, byte) => byte)
  const frequent = new Set(all.toSorted((a, b) => frequency[b] - frequency[a]).slice(0, SINGLES.length))
  // A frequent byte that is such a character stands for itself: the names in the wasm stay words.
  const others = [...frequent].filter((byte) => !SINGLES.includes(byte)).sort((a, b) => a - b)
  const table = SINGLES.map((code) => (frequent.has(code) ? code : others.shift()))
  const code = []
  for (const [index, byte] of table.entries()) code[byte] = [SINGLES[index]]
  for (const [index, byte] of all.filter((byte) => !frequent.has(byte)).entries()) {
    code[byte] = [PREFIXES[Math.floor(index / SINGLES.length)], SINGLES[index % SINGLES.length]]
  }
  return {
    text: Buffer.from([...bytes].flatMap((byte) => code[byte])).toString('latin1'),
    table: Buffer.from(table).toString('base64'),
  }
}
