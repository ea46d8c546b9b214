import type { Workbench } from './bench'

declare global {
  /** In the pages only. */
  var bench: Workbench
}
