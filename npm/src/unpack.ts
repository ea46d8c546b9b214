/** Reads bytes back from the text that `scripts/pack.mjs` has made of them. */
export const unpack = (text: string, table: string): Uint8Array<ArrayBuffer> => {
  const rank: number[] = []
  let singles = 0
  for (let code = 32; code < 125; code += 1) {
    if (!/["$'\\`]/.test(String.fromCharCode(code))) {
      rank[code] = singles
      singles += 1
    }
  }
  const order = Array.from(atob(table), (char) => char.charCodeAt(0))
  for (let byte = 0; byte < 256; byte += 1) {
    if (!order.includes(byte)) order.push(byte)
  }
  const bytes = new Uint8Array(text.length)
  let length = 0
  let page = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 124) {
      page = (code - 124) * singles
    } else {
      bytes[length] = order[page + (rank[code] as number)] as number
      length += 1
      page = 0
    }
  }
  return bytes.slice(0, length)
}
