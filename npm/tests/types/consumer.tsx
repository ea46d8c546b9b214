// What a consumer writes, and what the types must refuse. Compiled, never run.
import {
  type Client,
  createClient,
  type Dialect,
  type ErrorCode,
  RequestError,
  type Session,
  type SessionSnapshot,
} from 'twinfetch'
import wasm from 'twinfetch/core.wasm'
import { authjs } from 'twinfetch/dialects/authjs'
import { nextAuthV4 } from 'twinfetch/dialects/next-auth-v4'
import { SessionProvider, useClient, useSession } from 'twinfetch/react'
import { createClient as createSlimClient } from 'twinfetch/slim'

interface Post {
  id: number
  title: string
}

declare module 'twinfetch' {
  interface User {
    id: string
  }
}

const environment: { BACKEND?: string } = {}
const api: Client = createClient({ dialect: authjs, baseUrl: environment.BACKEND, timeout: 5000 })
const slim: Client = createSlimClient({ dialect: nextAuthV4, wasm: () => wasm as WebAssembly.Module })
const dialect: Dialect = authjs

// @ts-expect-error a dialect is needed
createClient({})
// @ts-expect-error a setting that does not exist
createClient({ dialect, baseURL: 'https://api.test' })
// @ts-expect-error a credential that does not exist
createClient({ dialect: { ...authjs, credential: { kind: 'telepathy' } } })

export const calls = async (signal: AbortSignal) => {
  const posts = await api.get<Post[]>('/api/posts', { query: { tag: ['a', 'b'], page: 1 }, signal })
  // @ts-expect-error whether there was an error is not known yet
  posts.data.length
  if (posts.error) {
    const { code, kind, message, retryAfter }: RequestError = posts.error
    const known: ErrorCode = code
    // @ts-expect-error not a kind of error
    if (kind === 'unheard_of') return
    return [known, message, retryAfter?.toFixed()]
  }
  const first: Post | undefined = posts.data[0]
  const status: number = posts.status

  const unknown = await api.get('/api/posts')
  // @ts-expect-error what was not named is unknown
  unknown.data?.length

  const text: string | undefined = (await api.get('/a', { as: 'text' })).data
  const blob: Blob | undefined = (await api.post('/a', {}, { as: 'blob' })).data
  const response: Response | undefined = (await api.delete('/a', { as: 'response' })).data
  const created = await api.post<Post>('/api/posts', { title: 'Hello' })
  await api.put('/a', new FormData(), { timeout: 1000, headers: { 'x-a': '1' }, cache: 'reload' })
  await api.patch('/a', 'text')
  const saved = await slim.download('/api/export', {
    filename: 'posts.csv',
    onProgress: ({ received, total }) => received / (total ?? received),
  })
  await api.download('/api/export', { to: new WritableStream<Uint8Array>(), memoryLimit: 0 })
  await api.download('/api/export', { to: await navigator.storage.getDirectory() })
  // @ts-expect-error a place is a handle or a stream
  await api.download('/api/export', { to: 'posts.csv' })
  await api.upload('/api/files', new File([], 'a'), { field: 'document' })
  // @ts-expect-error a file is a blob, a form or a stream
  await api.upload('/api/files', 7)
  return [first, status, text, blob, response, created.data?.title, saved.data?.filename, saved.data?.size]
}

export const session = async () => {
  const current: Session = await api.getSession({ fresh: true })
  // @ts-expect-error only an authenticated session has a user
  current.user
  switch (current.status) {
    case 'authenticated':
      return [current.user.id.length, current.accessToken?.length, current.expires?.length]
    case 'anonymous':
      return []
    case 'unknown':
      return [current.error instanceof RequestError]
  }
}

const Name = () => {
  const shown: SessionSnapshot = useSession()
  const { get } = useClient()
  return (
    <button type="button" onClick={() => get('/a')}>
      {shown.status === 'authenticated' ? shown.user.name : shown.status}
    </button>
  )
}

export const App = () => (
  <SessionProvider client={api}>
    <Name />
  </SessionProvider>
)

// @ts-expect-error a provider needs a client
export const Broken = () => <SessionProvider />
