import type { SystemName } from '../systems'

const all = {
  memory: {
    storage: 'memory',
    label: 'Memory of the page',
    risk: 'Gone with a reload. A foreign script can use it while the page is open, but finds nothing stored.',
  },
  sessionStorage: {
    storage: 'sessionStorage',
    label: 'sessionStorage',
    risk: 'Stays in this tab until it is closed. Every script of this site can read it and send it away.',
  },
  localStorage: {
    storage: 'localStorage',
    label: 'localStorage',
    risk: 'Stays until you sign out, in all tabs. A script that gets in days later can still read it.',
  },
  cookie: {
    storage: 'cookie',
    label: 'Cookie with an end',
    risk: 'Stays until it ends. Every script of this site can read it, and every request to this host carries it.',
  },
  both: {
    storage: ['localStorage', 'cookie'],
    label: 'localStorage, and a cookie in case it is emptied',
    risk: 'Survives most. It has the risks of both places.',
  },
} as const

/** The name of a place where tokens can be kept. */
export type PlaceName = keyof typeof all

/** A place where tokens can be kept. */
export interface Place {
  readonly storage: (typeof all)[PlaceName]['storage']
  readonly label: string
  /** What keeping them there risks. */
  readonly risk: string
}

export const places: Readonly<Record<PlaceName, Place>> = all

const key = (system: SystemName) => `example.place.${system}`

/** The place chosen at an earlier visit, at first the memory. */
export const rememberedPlace = (system: SystemName): PlaceName => {
  const name = window.localStorage.getItem(key(system)) ?? ''
  return Object.hasOwn(places, name) ? (name as PlaceName) : 'memory'
}

/** Keeps the choice for the next visit: a word, nothing of a user. */
export const rememberPlace = (system: SystemName, name: PlaceName): void =>
  window.localStorage.setItem(key(system), name)
