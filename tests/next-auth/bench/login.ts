/** Who the backend says has signed in, with what the session has to carry. */
export interface Login {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** Asks the backend; `null` is its refusal. */
export const login = async (username: unknown, password: unknown): Promise<Login | null> => {
  const response = await fetch(new URL('/api/auth/login', process.env['BACKEND_URL']), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
    cache: 'no-store',
  })
  if (response.status === 401) return null
  if (!response.ok) throw new Error(`The login endpoint answered ${response.status}.`)
  const answer = await response.json()
  return { ...answer, id: String(answer.id), name: answer.username }
}

/** The new name in the data of an update, where there is one. */
export const newName = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null && 'name' in data ? String(data.name) : undefined
