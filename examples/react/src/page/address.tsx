import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react'

const MOVED = 'moved'

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener)
  window.addEventListener(MOVED, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(MOVED, listener)
  }
}

const href = () => window.location.href

/** The page's address, as it is now and whenever it changes. */
export const useAddress = (): URL => new URL(useSyncExternalStore(subscribe, href))

/** Shows another page of this app without loading it. */
export const go = (path: string): void => {
  window.history.pushState(null, '', path)
  window.dispatchEvent(new Event(MOVED))
  window.scrollTo(0, 0)
}

/** The path of an address of this site; nothing for an address of another one. */
export const ownPath = (address: string | null): string | undefined => {
  if (!address || !URL.canParse(address, window.location.origin)) return undefined
  const { origin, pathname, search, hash } = new URL(address, window.location.origin)
  return origin === window.location.origin ? pathname + search + hash : undefined
}

/** A link within this app. */
export const Link = ({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) => {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
  const current = useAddress().pathname === href ? 'page' : undefined
  return <a {...rest} aria-current={current} href={href} onClick={follow} />
}
