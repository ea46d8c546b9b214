import { useState } from 'react'
import { useDownload } from 'twinfetch/react'
import { exactly, TransferView, useStartButton } from './transfer'

const exports = [
  { path: '/api/export', label: 'The posts' },
  { path: '/api/export?bytes=20000000&name=bytes.bin', label: '20 MB, to see the progress' },
] as const

/** Saves one of the backend's exports to a file and shows how far it is. */
export const Export = () => {
  const [path, setPath] = useState<string>(exports[0].path)
  const { status, progress, file, error, start, cancel } = useDownload()
  const button = useStartButton()
  const running = status === 'running'
  return (
    <section aria-label="Export" className="card row">
      <label htmlFor="export">Export</label>
      <select
        data-testid="export-path"
        disabled={running}
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
        aria-disabled={running}
        className="quiet"
        data-testid="export-button"
        ref={button}
        type="button"
        onClick={() => running || void start(path, { filename: 'posts.csv' })}
      >
        Save to a file
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
