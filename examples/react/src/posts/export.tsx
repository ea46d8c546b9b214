import { useState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'

type State =
  | { readonly step: 'idle' }
  | {
      readonly step: 'running'
      readonly received: number
      readonly total?: number | undefined
      readonly cancel: () => void
    }
  | { readonly step: 'saved'; readonly filename: string; readonly size: number }
  | { readonly step: 'failed'; readonly message: string }

const exports = [
  { path: '/api/export', label: 'The posts' },
  { path: '/api/export?bytes=20000000&name=bytes.bin', label: '20 MB, to see the progress' },
] as const

const bytes = new Intl.NumberFormat('en', { style: 'unit', unit: 'byte', unitDisplay: 'long' })

/** Saves one of the backend's exports to a file and shows how far it is. */
export const Export = () => {
  const api = useClient()
  const [path, setPath] = useState<string>(exports[0].path)
  const [state, setState] = useState<State>({ step: 'idle' })

  const run = async () => {
    const leaving = new AbortController()
    const cancel = () => leaving.abort()
    setState({ step: 'running', received: 0, cancel })
    const { data, error } = await api.download(path, {
      filename: 'posts.csv',
      signal: leaving.signal,
      onProgress: ({ received, total }) => setState({ step: 'running', received, total, cancel }),
    })
    if (!error) setState({ step: 'saved', ...data })
    else setState(leaving.signal.aborted ? { step: 'idle' } : { step: 'failed', message: error.message })
  }

  return (
    <section aria-label="Export" className="card row">
      <label htmlFor="export">Export</label>
      <select
        data-testid="export-path"
        disabled={state.step === 'running'}
        id="export"
        value={path}
        onChange={({ target }) => setPath(target.value)}
      >
        {exports.map(({ path, label }) => (
          <option key={path} value={path}>
            {label}
          </option>
        ))}
      </select>
      <button
        className="quiet"
        data-testid="export-button"
        disabled={state.step === 'running'}
        type="button"
        onClick={() => void run()}
      >
        Save to a file
      </button>
      {state.step === 'running' && (
        <>
          <progress
            aria-label="Export"
            data-testid="export-progress"
            max={state.total ?? 1}
            value={share(state)}
          />
          <button className="quiet" data-testid="export-cancel" type="button" onClick={state.cancel}>
            Cancel
          </button>
        </>
      )}
      {state.step === 'saved' && (
        <span data-testid="export-saved" role="status">
          Saved {state.filename}, {bytes.format(state.size)}.
        </span>
      )}
      {state.step === 'failed' && <ErrorMessage message={state.message} />}
    </section>
  )
}

/** A progress bar without a value shows that the length is not known. */
const share = ({ received, total }: Extract<State, { step: 'running' }>) =>
  total === undefined ? undefined : received
