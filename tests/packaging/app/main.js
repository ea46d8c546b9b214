import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient } from 'twinfetch'
import wasm from 'twinfetch/core.wasm?url'
import { authjs } from 'twinfetch/dialects/authjs'
import { SessionProvider, useSession } from 'twinfetch/react'
import { createClient as createSlimClient } from 'twinfetch/slim'

const baseUrl = location.origin

/** What the tests call. */
window.api = createClient({ dialect: authjs, baseUrl })
window.slim = createSlimClient({ dialect: authjs, baseUrl, wasm })
window.inWorker = () =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
  })

const Session = () => {
  const session = useSession()
  return createElement('output', null, session.user?.name ?? session.error?.code ?? session.status)
}

createRoot(document.getElementById('root')).render(
  createElement(SessionProvider, { client: window.api }, createElement(Session)),
)
