import { type ReactNode, type RefObject, useRef } from 'react'
import type { Transfer } from 'twinfetch'
import { ErrorMessage } from '../page/error-message'

interface TransferViewProps {
  /** What the bar is called. */
  readonly label: string
  /** What the tests call it. */
  readonly name: string
  readonly status: 'idle' | 'running' | 'done' | 'failed' | 'cancelled'
  /** How many bytes there are. */
  readonly done: number
  readonly progress: Transfer | undefined
  readonly error: { readonly message: string } | undefined
  readonly onCancel: () => void
  /** What has the focus once there is nothing to cancel. */
  readonly after: RefObject<HTMLElement | null>
  /** What is said at the end. */
  readonly children: ReactNode
}

/** How far a transfer is: for the eye a bar, for the ear a text which changes now and then; and a button that ends it. */
export const TransferView = (props: TransferViewProps) => {
  const { label, name, status, done, progress, error, onCancel, after, children } = props
  const end = () => {
    after.current?.focus()
    onCancel()
  }
  return (
    <>
      {status === 'running' && (
        <>
          <progress
            aria-label={label}
            data-testid={`${name}-progress`}
            max={progress?.total ?? 1}
            value={progress?.total === undefined ? undefined : done}
          />
          <button
            aria-label={`Cancel: ${label}`}
            className="quiet"
            data-testid={`${name}-cancel`}
            type="button"
            onClick={end}
          >
            Cancel
          </button>
        </>
      )}
      <span className="said" data-testid={`${name}-status`} role="status">
        {status === 'running' && wordsOf(done, progress ?? {})}
        {status === 'cancelled' && 'Cancelled.'}
        {status === 'done' && children}
      </span>
      {error && <ErrorMessage message={error.message} />}
    </>
  )
}

/** The button that begins a transfer; it keeps the focus while there is nothing to begin. */
export const useStartButton = () => useRef<HTMLButtonElement>(null)

const bytes = new Intl.NumberFormat('en', { style: 'unit', unit: 'byte', unitDisplay: 'long' })
const megabytes = new Intl.NumberFormat('en', { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 })

/** A file's size to the byte. */
export const exactly = (size: number) => bytes.format(size)

/** Whole tenths and rounded times: a text that changed ten times a second could not be listened to. */
const wordsOf = (done: number, { total, remaining }: Transfer) => {
  if (total === undefined) return `${megabytes.format(Math.floor(done / 1e7) * 10)} so far.`
  const far = `${Math.floor((done / total) * 10) * 10} % of ${total < 1e6 ? exactly(total) : megabytes.format(total / 1e6)}`
  return remaining === undefined ? `${far}.` : `${far}, ${timeOf(remaining / 1000)} left.`
}

const timeOf = (seconds: number) => {
  if (seconds < 10) return 'a few seconds'
  if (seconds < 60) return `about ${Math.ceil(seconds / 10) * 10} seconds`
  return `about ${Math.ceil(seconds / 60)} min`
}
