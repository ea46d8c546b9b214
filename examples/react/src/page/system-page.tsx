import { Fragment, useEffect, useRef, useState } from 'react'
import { LinkPage } from '../link/link-page'
import { PostsPage } from '../posts/posts-page'
import { SessionPage } from '../session/session-page'
import type { SignOutAnswer } from '../session/sign-out'
import { SignOutNotice } from '../session/sign-out-notice'
import { useSignOuts } from '../session/use-sign-outs'
import { SignInPage } from '../sign-in/sign-in-page'
import type { System } from '../systems'
import { useAddress } from './address'
import { Header } from './header'

/** One of a system's pages, below the header that they share. */
export const SystemPage = ({ system }: { readonly system: System }) => {
  const { pathname } = useAddress()
  const [, , page = ''] = pathname.split('/')
  const [answer, setAnswer] = useState<SignOutAnswer>()
  const main = useMainOf(pathname)
  return (
    <Fragment key={useSignOuts()}>
      <Header system={system} onSignedOut={setAnswer} />
      <main ref={main} tabIndex={-1}>
        <SignOutNotice answer={answer} />
        {contents(system, page)}
      </main>
    </Fragment>
  )
}

/** Moves the focus to another page's content, as a browser does when it loads one. */
const useMainOf = (pathname: string) => {
  const main = useRef<HTMLElement>(null)
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    main.current?.focus()
  }, [pathname])
  return main
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
