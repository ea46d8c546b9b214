interface TokenCardProps {
  readonly token: string
  readonly fingerprint: string
}

/** An access token, whole and as a fingerprint. */
export const TokenCard = ({ token, fingerprint }: TokenCardProps) => (
  <dl className="card">
    <dt>Fingerprint</dt>
    <dd>
      <code data-testid="token-fingerprint">{fingerprint}</code>
    </dd>
    <dt>Access token</dt>
    <dd>
      <code data-testid="access-token">{token}</code>
    </dd>
  </dl>
)
