import { systems } from '../systems'
import { Link } from './address'

/** Where a visitor picks a system. */
export const HomePage = ({ nextApp }: { readonly nextApp: string }) => (
  <main>
    <h1>One client, five systems</h1>
    <p className="lead">
      Each system has its own way to sign in and its own answers. The pages below are the same for all of
      them; only the dialect differs.
    </p>
    <ul className="choices">
      <li>
        <a className="card" data-testid="system-s0" href={nextApp}>
          <strong>S0 · Auth.js pair</strong>
          <span>A Next.js app with Auth.js, on a site of its own.</span>
        </a>
      </li>
      {Object.values(systems).map(({ name, title, about }) => (
        <li key={name}>
          <Link className="card" data-testid={`system-${name}`} href={`/${name}`}>
            <strong>
              {name.toUpperCase()} · {title}
            </strong>
            <span>{about}</span>
          </Link>
        </li>
      ))}
    </ul>
  </main>
)
