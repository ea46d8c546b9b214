declare module 'twinfetch:glue' {
  /** Makes a new set of glue, with its own state. */
  export const createGlue: () => import('./abi.js').Glue
}

declare module 'twinfetch:wasm' {
  /** The wasm as text. */
  export const text: string
  /** What `unpack` needs to read it. */
  export const table: string
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
