// Bundlers and servers have it, browsers do not.
declare const process: { env: { NEXT_PUBLIC_BACKEND_URL?: string; [name: string]: string | undefined } }

declare module 'node:zlib' {
  export const inflateSync: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>
}
