import type { Dialect } from './dialect.js'

/** How a page hears that the session may be another by now. */
export interface Hearing {
  /** Another tab says so. */
  onNotice(): void
  /** The page is looked at again, or online again: at most once in five seconds. */
  onReturn(): void
  /** The page is shown as it was before it was left; what other tabs said meanwhile it has not heard. */
  onRestore(): void
}

/** What one tab tells the others. */
export interface Notices {
  /** Says that somebody has signed in or out, in the way of the app's own sign-in library. It tells nothing else. */
  announce(): void
}

/** How long a page that was looked at again is up to date, in milliseconds. */
const PAUSE = 5_000

/** Hears from other tabs and from the browser that the session may have changed. Where there is no page there is nothing to hear. */
export const listen = (
  dialect: Dialect,
  key: string,
  { onNotice, onReturn, onRestore }: Hearing,
): Notices => {
  const tellers: ((message: object) => void)[] = []
  if (typeof location !== 'undefined') {
    const keys = [key]
    for (const source of dialect.identity.notices ?? []) {
      if (source.kind === 'storage') {
        keys.push(source.key)
        tellers.push((message) => localStorage.setItem(source.key, JSON.stringify(message)))
      } else if (typeof BroadcastChannel === 'function') {
        // It stays open when the page is left: Chromium then drops a page that has missed a message instead of showing it again.
        const channel: BroadcastChannel & { unref?(): void } = new BroadcastChannel(source.channel)
        channel.addEventListener('message', onNotice)
        // Where a process waits for its channels.
        channel.unref?.()
        tellers.push((message) => channel.postMessage(message))
      }
    }
    if (typeof addEventListener === 'function') {
      let last = 0
      const returned = () => {
        const away = globalThis.document?.hidden || globalThis.navigator?.onLine === false
        if (away || Date.now() - last < PAUSE) return
        last = Date.now()
        onReturn()
      }
      addEventListener('visibilitychange', returned)
      addEventListener('online', returned)
      addEventListener('pageshow', ({ persisted }) => persisted && onRestore())
      addEventListener('storage', ({ key }) => {
        if (key === null || keys.includes(key)) onNotice()
      })
    }
  }
  return {
    // Auth.js v4 wants an event with data; v5 and this package listen to any message.
    announce: () => {
      const message = {
        event: 'session',
        // No two messages are equal: an entry that does not change tells nobody.
        data: { trigger: 'twinfetch', id: Math.random() },
        timestamp: Math.floor(Date.now() / 1000),
      }
      for (const tell of tellers) {
        try {
          tell(message)
        } catch {}
      }
    },
  }
}
