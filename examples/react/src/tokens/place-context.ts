import { createContext } from 'react'
import type { PlaceName } from './places'

/** Where the tokens of this system are kept, and a way to choose another place. */
export interface ChosenPlace {
  readonly place: PlaceName
  readonly choose: (place: PlaceName) => void
}

export const PlaceContext = createContext<ChosenPlace>({ place: 'memory', choose: () => {} })
