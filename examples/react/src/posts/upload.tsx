import { useState } from 'react'
import { useUpload } from 'twinfetch/react'
import { exactly, TransferView, useStartButton } from './transfer'

/** What the backend has received. */
interface Received {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** Sends a file to the backend and shows how far it is. */
export const Upload = () => {
  const [chosen, setChosen] = useState<File>()
  const { status, progress, data, error, start, cancel } = useUpload<Received>()
  const button = useStartButton()
  const running = status === 'running'
  return (
    <section aria-label="Upload" className="card row">
      <label htmlFor="upload">Upload</label>
      <input
        data-testid="upload-file"
        disabled={running}
        id="upload"
        type="file"
        onChange={({ target }) => setChosen(target.files?.[0])}
      />
      <button
        aria-disabled={running || !chosen}
        className="quiet"
        data-testid="upload-button"
        ref={button}
        type="button"
        onClick={() => running || (chosen && void start('/api/files', chosen))}
      >
        Send it
      </button>
      <TransferView
        after={button}
        done={progress?.sent ?? 0}
        error={error}
        label="Upload"
        name="upload"
        progress={progress}
        status={status}
        onCancel={cancel}
      >
        <span data-testid="upload-sent">
          The server has {data?.name}, {exactly(data?.size ?? 0)}. SHA-256: <code>{data?.sha256}</code>
        </span>
      </TransferView>
    </section>
  )
}
