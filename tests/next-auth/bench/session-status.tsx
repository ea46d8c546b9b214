interface SessionStatusProps {
  readonly status: string
  readonly name: string | null | undefined
}

/** Who is signed in, for tests to wait for. */
export const SessionStatus = ({ status, name }: SessionStatusProps) => (
  <p data-status={status} data-testid="session-status">
    {status} {name}
  </p>
)
