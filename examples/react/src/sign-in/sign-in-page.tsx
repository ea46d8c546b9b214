import type { System } from '../systems'
import { PlaceChoice } from '../tokens/place-choice'
import { CredentialsForm } from './credentials-form'
import { ProviderForm } from './provider-form'

/** Sign-in with what the system asks for, and the way back. */
export const SignInPage = ({ system }: { readonly system: System }) => (
  <>
    <h1>Sign in</h1>
    <p className="lead">
      Try it with: <span data-testid="sign-in-hint">{system.hint}</span>.
    </p>
    <div className="stack">
      {system.dialect.tokens && <PlaceChoice />}
      {system.dialect.redirect && <ProviderForm system={system} />}
      {system.dialect.signIn && <CredentialsForm system={system} />}
    </div>
  </>
)
