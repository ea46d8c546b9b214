import type { Metadata } from 'next'
import { Burst } from '@/app/burst/burst'

export const metadata: Metadata = { title: 'Twenty calls' }

export default function BurstPage() {
  return (
    <>
      <h1>Twenty calls at once</h1>
      <p className="lead">
        This page sends twenty calls as soon as it opens. The browser’s network panel shows a single read of
        the session.
      </p>
      <Burst />
    </>
  )
}
