'use client'

import { useState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '@/app/error-message'

type Export =
  | { readonly step: 'idle' }
  | {
      readonly step: 'running'
      readonly received: number
      readonly total?: number | undefined
      readonly cancel: () => void
    }
  | { readonly step: 'saved'; readonly filename: string; readonly size: number }
  | { readonly step: 'failed'; readonly message: string }

const bytes = new Intl.NumberFormat('en', { style: 'unit', unit: 'byte', unitDisplay: 'long' })

/** Saves the backend's export to a file and shows how far it is. */
export const ExportButton = () => {
  const api = useClient()
  const [state, setState] = useState<Export>({ step: 'idle' })

  const run = async () => {
    const leaving = new AbortController()
    const cancel = () => leaving.abort()
    setState({ step: 'running', received: 0, cancel })
    const { data, error } = await api.download('/api/export', {
      filename: 'posts.csv',
      signal: leaving.signal,
      onProgress: ({ received, total }) => setState({ step: 'running', received, total, cancel }),
    })
    if (error)
      setState(leaving.signal.aborted ? { step: 'idle' } : { step: 'failed', message: error.message })
    else setState({ step: 'saved', ...data })
  }

  return (
    <section aria-label="Export" className="export">
      <button
        className="quiet"
        data-testid="export-button"
        disabled={state.step === 'running'}
        type="button"
        onClick={() => void run()}
      >
        Export to a file
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
const share = ({ received, total }: Extract<Export, { step: 'running' }>) =>
  total === undefined ? undefined : received
