import type { User } from 'twinfetch'

/** What to call a user: each system has its own word for it. */
export const userName = (user: User): string => {
  for (const word of ['name', 'username', 'nickname', 'email']) {
    const name = user[word]
    if (typeof name === 'string' && name) return name
  }
  return 'somebody'
}
