import { Activity, createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { SessionProvider, useDownload, useUpload } from 'twinfetch/react'

const client = createClient({ dialect: dualToken, baseUrl: location.origin, retry: 0 })
const root = createRoot(document.getElementById('root'))

/** What was shown, in its order, and what the component has. */
window.shown = { download: [], upload: [] }
window.hooks = {}

const Transfers = () => {
  window.hooks = { download: useDownload(), upload: useUpload() }
  for (const [name, { status, progress, file, data, error }] of Object.entries(window.hooks)) {
    const state = { status, progress, file, data, error: error?.code }
    if (JSON.stringify(state) !== JSON.stringify(window.shown[name].at(-1))) window.shown[name].push(state)
  }
  return createElement('output', null, window.hooks.download.status, ' ', window.hooks.upload.status)
}

/** Shows the component, hides it, or takes it away. */
window.show = (mode) =>
  root.render(
    createElement(
      StrictMode,
      null,
      createElement(
        SessionProvider,
        { client },
        mode !== 'none' && createElement(Activity, { mode }, createElement(Transfers)),
      ),
    ),
  )
window.show('visible')
