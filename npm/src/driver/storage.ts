import type { Tokens } from '../abi.js'
import type { ClientConfig, TokenStorage } from '../options.js'

/** Tokens as they are kept, with the mark of the sign-in that gave them: a renewal keeps the mark. */
export interface KeptTokens extends Tokens {
  mark?: string
}

/** Where a client's tokens outlive the page. */
export interface TokenStore {
  /** The name of the entry. */
  readonly key: string
  /** Whether there is any place besides memory which keeps what is written. */
  outlives: boolean
  /** Whether other tabs have the same tokens. */
  readonly shared: boolean
  /** What was kept last. */
  memory?: KeptTokens | undefined
  load(): KeptTokens | undefined
  /** Keeps the tokens, or clears every trace of them. */
  save(tokens: KeptTokens | undefined): void
}

/** Makes the store of the places that the app chose: the first which has tokens is read, all are written. */
export const tokenStore = (config: ClientConfig): TokenStore => {
  const places = config.storage.map((place) => placeOf(place, config)).filter((place) => place !== undefined)
  const store: TokenStore = {
    key: keyOf(config),
    outlives: places.length > 0,
    get shared() {
      return store.outlives && config.storage.includes('localStorage')
    },
    load: () => {
      for (const place of places) {
        const tokens = guarded(place.load)
        if (tokens && isToken(tokens.access) && isToken(tokens.refresh ?? 'none')) return tokens
      }
      return undefined
    },
    save: (tokens) => {
      store.memory = tokens
      for (const place of places) guarded(() => place.save(tokens))
      // A place that is full keeps nothing, and must not be asked who is signed in.
      if (tokens) store.outlives = store.load()?.access === tokens.access
    },
  }
  return store
}

// Anybody may have written there.
const isToken = (value: unknown): boolean => typeof value === 'string' && /^[\w.~+/=:|-]+$/.test(value)

const keyOf = ({ baseUrl }: ClientConfig) => `twinfetch:${baseUrl}`

/** The value of a cookie that scripts may read. */
export const readCookie = (name: string): string | undefined => {
  if (typeof document === 'undefined') return undefined
  const pair = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return pair?.slice(name.length + 1)
}

type Place = Pick<TokenStore, 'load' | 'save'>

const placeOf = (place: TokenStorage, config: ClientConfig): Place | undefined => {
  if (place === 'cookie') return cookiePlace(config)
  const storage = place === 'memory' ? undefined : guarded(() => globalThis[place])
  return storage && webPlace(storage, keyOf(config))
}

const webPlace = (storage: Storage, key: string): Place => ({
  load: () => JSON.parse(storage.getItem(key) ?? 'null') ?? undefined,
  save: (tokens) => (tokens ? storage.setItem(key, JSON.stringify(tokens)) : storage.removeItem(key)),
})

// Only the access token, under the name by which a server looks for it; a refresh token is nothing to send around.
const cookiePlace = ({ dialect: { seal } }: ClientConfig): Place | undefined => {
  if (typeof document === 'undefined' || !('cookie' in seal)) return undefined
  const write = (value: string, expires: number) => {
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and not in every browser.
    document.cookie = `${seal.cookie}=${value}; Path=/; SameSite=Lax; Expires=${new Date(expires).toUTCString()}${secure}`
  }
  return {
    load: () => {
      const access = readCookie(seal.cookie)
      return access ? { access } : undefined
    },
    save: (tokens) =>
      tokens ? write(tokens.access, tokens.expires ?? Date.now() + 86_400_000) : write('', 0),
  }
}

// Where a browser forbids storage, or somebody else wrote into it, the tokens stay in memory.
const guarded = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}
