'use client'

import { useDownload } from 'twinfetch/react'
import { exactly, TransferView, useStartButton } from '@/app/posts/transfer'

/** Saves the backend's export to a file and shows how far it is. */
export const ExportButton = () => {
  const { status, progress, file, error, start, cancel } = useDownload()
  const button = useStartButton()
  const running = status === 'running'
  return (
    <section aria-label="Export" className="export">
      <button
        aria-disabled={running}
        className="quiet"
        data-testid="export-button"
        ref={button}
        type="button"
        onClick={() => running || void start('/api/export', { filename: 'posts.csv' })}
      >
        Export to a file
      </button>
      <TransferView
        after={button}
        done={progress?.received ?? 0}
        error={error}
        label="Export"
        name="export"
        progress={progress}
        status={status}
        onCancel={cancel}
      >
        <span data-testid="export-saved">
          Saved {file?.filename}, {exactly(file?.size ?? 0)}.
        </span>
      </TransferView>
    </section>
  )
}
