import Link from 'next/link'
import { auth } from '@/auth'

const tours = [
  {
    href: '/posts',
    name: 'Posts',
    about: 'Read and write posts from a client component, and export them to a file.',
  },
  { href: '/client', name: 'Client token', about: 'The access token as the browser sees it.' },
  { href: '/server', name: 'Server token', about: 'The same token as the server sees it.' },
  { href: '/burst', name: 'Twenty calls', about: 'Twenty calls at once, one session read.' },
] as const

export default async function HomePage() {
  const session = await auth()
  return (
    <>
      <h1>{session ? `Welcome, ${session.user?.name ?? 'friend'}` : 'One client for both sides'}</h1>
      <p className="lead">
        {session ? (
          `The server knows you as ${session.user?.email ?? 'someone without an address'}.`
        ) : (
          <>
            You are signed out. <Link href="/sign-in">Sign in</Link> to begin.
          </>
        )}
      </p>
      <ul className="tours">
        {tours.map(({ href, name, about }) => (
          <li key={href}>
            <Link className="card" href={href}>
              <strong>{name}</strong>
              <span>{about}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
