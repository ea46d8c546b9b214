declare module 'twinfetch:glue' {
  /** Makes a new set of glue, with its own state. */
  export const createGlue: () => import('./abi.js').Glue
}

declare module 'twinfetch:wasm' {
  /** The wasm, deflated and in base64. */
  export const deflated: string
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
