import type { SystemName } from './systems'

/** What the running server tells the page. */
export interface Settings {
  /** Where each system's backend is. */
  readonly backends: Readonly<Record<SystemName, string>>
  /** Where the app for the fifth system, the Auth.js pair, is. */
  readonly nextApp: string
}

/** Reads the settings; rejects when this site has none. */
export const readSettings = async (): Promise<Settings> => {
  const response = await fetch('/settings.json')
  if (!response.ok) throw new Error(`/settings.json answered ${response.status}`)
  return (await response.json()) as Settings
}
