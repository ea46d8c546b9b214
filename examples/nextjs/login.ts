import type { User } from 'next-auth'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** The user of a login answer; throws when the answer is not one. */
export const parseLogin = (answer: unknown): User => {
  if (typeof answer !== 'object' || answer === null) throw new Error('The login answer is not an object.')
  const { id, username, email, accessToken, refreshToken } = answer as Record<string, unknown>
  const access = text(accessToken)
  const refresh = text(refreshToken)
  if (!access || !refresh) throw new Error('The login answer carries no tokens.')
  return {
    id: String(id),
    name: text(username) ?? null,
    email: text(email) ?? null,
    accessToken: access,
    refreshToken: refresh,
  }
}
