import { type ReactNode, useEffect, useState } from 'react'
import { createClient } from 'twinfetch'
import { SessionProvider } from 'twinfetch/react'
import type { System } from './systems'
import { PlaceContext } from './tokens/place-context'
import { type PlaceName, places, rememberedPlace, rememberPlace } from './tokens/places'

interface ApiProviderProps {
  readonly baseUrl: string
  readonly system: System
  readonly children: ReactNode
}

/** Makes the client of a system, and gives it and its session to the components below. */
export const ApiProvider = ({ baseUrl, system, children }: ApiProviderProps) => {
  const make = (place: PlaceName) =>
    createClient({
      dialect: system.dialect,
      baseUrl,
      ...(system.dialect.tokens && { storage: places[place].storage }),
      ...(system.dialect.redirect && { signInPage: `/${system.name}/sign-in` }),
    })
  const [place, setPlace] = useState(() => rememberedPlace(system.name))
  const [api, setApi] = useState(() => make(place))

  // For who wants to try it out in the browser's console.
  useEffect(() => {
    Object.assign(window, { api })
  }, [api])

  const choose = (next: PlaceName) => {
    rememberPlace(system.name, next)
    setPlace(next)
    setApi(make(next))
  }
  return (
    <PlaceContext value={{ place, choose }}>
      <SessionProvider client={api}>{children}</SessionProvider>
    </PlaceContext>
  )
}
