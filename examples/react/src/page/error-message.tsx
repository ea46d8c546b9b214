interface ErrorMessageProps {
  readonly message: string
  readonly retry?: () => void
}

/** A failure in the words the client gave it, announced to screen readers. */
export const ErrorMessage = ({ message, retry }: ErrorMessageProps) => (
  <div className="error" role="alert">
    <span data-testid="error-message">{message}</span>
    {retry && (
      <button className="quiet" data-testid="retry" type="button" onClick={retry}>
        Try again
      </button>
    )}
  </div>
)
