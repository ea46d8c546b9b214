import type { Metadata } from 'next'
import { ClientToken } from '@/app/client/client-token'

export const metadata: Metadata = { title: 'Client token' }

export default function ClientPage() {
  return (
    <>
      <h1>Client token</h1>
      <p className="lead">Read by the browser from the session endpoint.</p>
      <ClientToken />
    </>
  )
}
