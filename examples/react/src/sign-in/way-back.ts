import { useAddress } from '../page/address'
import type { System } from '../systems'

/** Where the visitor wanted to go, as the address has it: whoever uses it checks it. */
export const useWayBack = (system: System): string =>
  useAddress().searchParams.get('returnTo') ?? `/${system.name}`
