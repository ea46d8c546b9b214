import { connection } from 'next/server'
import { Client } from './client'

export default async function Page() {
  // The backend's address is a setting of the running server, not of the build.
  await connection()
  return <Client backendUrl={process.env['BACKEND_URL'] ?? ''} />
}
