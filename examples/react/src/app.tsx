import { ApiProvider } from './api-provider'
import { useAddress } from './page/address'
import { HomePage } from './page/home-page'
import { SystemPage } from './page/system-page'
import type { Settings } from './settings'
import { systemOf } from './systems'

/** The page that the address names. */
export const App = ({ settings }: { readonly settings: Settings }) => {
  const { pathname } = useAddress()
  const system = systemOf(pathname)
  if (!system) return <HomePage nextApp={settings.nextApp} />
  return (
    // Another system is another client, and nothing of the one before stays.
    <ApiProvider key={system.name} baseUrl={settings.backends[system.name]} system={system}>
      <SystemPage system={system} />
    </ApiProvider>
  )
}
