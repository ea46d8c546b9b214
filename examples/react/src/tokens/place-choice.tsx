import { useContext } from 'react'
import { PlaceContext } from './place-context'
import { type PlaceName, places } from './places'

/** Asks before the sign-in where the tokens shall be kept, and says what each place risks. */
export const PlaceChoice = () => {
  const { place, choose } = useContext(PlaceContext)
  return (
    <fieldset className="card stack">
      <legend>Where the tokens are kept</legend>
      {Object.entries(places).map(([name, { label, risk }]) => (
        <div className="option" key={name}>
          <input
            aria-describedby={`risk-${name}`}
            checked={name === place}
            data-testid={`place-${name}`}
            id={`place-${name}`}
            name="place"
            type="radio"
            onChange={() => choose(name as PlaceName)}
          />
          <label htmlFor={`place-${name}`}>{label}</label>
          <small id={`risk-${name}`}>{risk}</small>
        </div>
      ))}
    </fieldset>
  )
}
