import type { ReactNode } from 'react'

/** The document around every page of both apps. */
export const Shell = ({ children }: { readonly children: ReactNode }) => (
  <html lang="en">
    <body>{children}</body>
  </html>
)
