import { useCallback, useEffect, useRef, useState } from 'react'
import type { RequestError } from 'twinfetch'
import { useClient } from 'twinfetch/react'

/** A post as the backend tells it. */
export interface Post {
  readonly id: number
  readonly title: string
  readonly body: string
  readonly author: string
}

interface Loaded {
  readonly posts?: readonly Post[]
  readonly error?: RequestError
}

/** The backend's posts, what went wrong with the last try, and a way to load them again. */
export const usePosts = () => {
  const api = useClient()
  const [loaded, setLoaded] = useState<Loaded>({})
  const latest = useRef<AbortController>(undefined)

  const load = useCallback(async () => {
    latest.current?.abort()
    const current = new AbortController()
    latest.current = current
    const { data, error } = await api.get<readonly Post[]>('/api/posts', { signal: current.signal })
    if (current.signal.aborted) return
    setLoaded((before) => (error ? { ...before, error } : { posts: data }))
  }, [api])

  useEffect(() => {
    void load()
    return () => latest.current?.abort()
  }, [load])

  return { ...loaded, load }
}
