import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { readSettings, type Settings } from './settings'
import './style.css'

const page = async () => {
  let settings: Settings
  try {
    settings = await readSettings()
  } catch {
    return <p role="alert">This site does not say where its backends are. Try to load it again.</p>
  }
  return <App settings={settings} />
}

const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode>{await page()}</StrictMode>)
