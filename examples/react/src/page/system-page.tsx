import { LinkPage } from '../link/link-page'
import { PostsPage } from '../posts/posts-page'
import { SessionPage } from '../session/session-page'
import { SignInPage } from '../sign-in/sign-in-page'
import type { System } from '../systems'
import { useAddress } from './address'
import { Header } from './header'

/** One of a system's pages, below the header that they share. */
export const SystemPage = ({ system }: { readonly system: System }) => {
  const [, , page = ''] = useAddress().pathname.split('/')
  return (
    <>
      <Header system={system} />
      <main>{contents(system, page)}</main>
    </>
  )
}

const contents = (system: System, page: string) => {
  switch (page) {
    case '':
      return <SessionPage system={system} />
    case 'posts':
      return <PostsPage system={system} />
    case 'sign-in':
      return <SignInPage system={system} />
    case 'link':
      return <LinkPage system={system} />
    default:
      return <h1>There is no such page</h1>
  }
}
