import type { Dialect } from './dialect.js'

/** What one tab tells the others. */
export interface Notices {
  /** Says that somebody has signed in or out, in the way of the app's own sign-in library. */
  announce(): void
}

/** Hears from other tabs that the session may have changed. Where there is no page there is nothing to hear. */
export const listen = (dialect: Dialect, key: string, notice: () => void): Notices => {
  const tellers: ((message: object) => void)[] = []
  if (typeof location !== 'undefined') {
    const keys = [key]
    for (const source of dialect.identity.notices ?? []) {
      if (source.kind === 'storage') {
        keys.push(source.key)
        tellers.push((message) => localStorage.setItem(source.key, JSON.stringify(message)))
      } else if (typeof BroadcastChannel === 'function') {
        const channel = new BroadcastChannel(source.channel)
        channel.addEventListener('message', notice)
        tellers.push((message) => channel.postMessage(message))
      }
    }
    if (typeof addEventListener === 'function') {
      addEventListener('storage', ({ key }) => {
        if (key === null || keys.includes(key)) notice()
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
