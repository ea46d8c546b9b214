// Bundlers and servers have it, browsers do not.
declare const process: { env: { NEXT_PUBLIC_BACKEND_URL?: string; [name: string]: string | undefined } }
