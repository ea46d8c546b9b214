import type { Dialect } from './dialect.js'

/**
 * Hears from other tabs that the session may have changed, in the way of the app's own sign-in library.
 *
 * Nothing is sent: ordinary reads concern nobody else. Where there is no page there is nothing to hear.
 */
export const onNotice = (dialect: Dialect, notice: () => void): void => {
  if (typeof location === 'undefined') return
  for (const source of dialect.identity.notices ?? []) {
    if (source.kind === 'broadcast' && typeof BroadcastChannel === 'function') {
      new BroadcastChannel(source.channel).addEventListener('message', notice)
    } else if (source.kind === 'storage' && typeof addEventListener === 'function') {
      addEventListener('storage', ({ key }) => {
        if (key === source.key) notice()
      })
    }
  }
}
