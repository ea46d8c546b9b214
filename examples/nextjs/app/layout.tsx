import type { Metadata } from 'next'
import Link from 'next/link'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { ApiProvider } from '@/app/api-provider'
import { SessionStatus } from '@/app/session-status'
import { publicBackendUrl } from '@/settings'
import '@/app/globals.css'

export const metadata: Metadata = {
  title: { default: 'twinfetch example', template: '%s · twinfetch example' },
  description: 'One request client for both sides of a Next.js app.',
}

const pages = [
  { href: '/posts', name: 'Posts' },
  { href: '/client', name: 'Client' },
  { href: '/server', name: 'Server' },
  { href: '/burst', name: 'Burst' },
] as const

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  // The backend's address is a setting of the running server, not of the build.
  await connection()
  return (
    <html lang="en">
      <body>
        <ApiProvider backendUrl={publicBackendUrl()}>
          <header className="bar">
            <Link className="brand" href="/">
              twinfetch
            </Link>
            <nav aria-label="Pages">
              {pages.map(({ href, name }) => (
                <Link key={href} href={href}>
                  {name}
                </Link>
              ))}
            </nav>
            <SessionStatus />
          </header>
          <main>{children}</main>
        </ApiProvider>
      </body>
    </html>
  )
}
