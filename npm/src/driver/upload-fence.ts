/** A realm of the page's own origin whose requests leave for one origin only. */
export interface Fence {
  readonly request: XMLHttpRequest
  /** Lets no further request out: what has left follows no redirect. */
  seal(): void
  /** Whether a request was kept in. */
  held(): boolean
  /** Takes the realm away, and stops its request. */
  close(): void
}

/**
 * Opens an empty frame with a content security policy of its own, which a browser keeps to before it follows a redirect
 * ([CSP3, §4.1.2](https://www.w3.org/TR/CSP3/#should-block-request)).
 *
 * An `XMLHttpRequest` follows redirects by itself, and nothing but such a policy can forbid it. The policy lets out what goes to
 * the origin; the second one, set when the request is on its way, nothing at all, so that no redirect within the origin is followed
 * either. The frame loads nothing, has the page's origin and cookies, and needs nothing of the page's own policy.
 */
export const openFence = async (origin: string): Promise<Fence> => {
  const frame = document.createElement('iframe')
  frame.hidden = true
  // Where this does not happen at once, the document that is there before it is not the last one.
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  document.documentElement.append(frame)
  await loaded
  try {
    return fenceOf(frame, origin)
  } catch (thrown) {
    // A page without an origin of its own has none in its frames, either.
    frame.remove()
    throw thrown
  }
}

const fenceOf = (frame: HTMLIFrameElement, origin: string): Fence => {
  const realm = frame.contentDocument as Document
  const { XMLHttpRequest } = frame.contentWindow as Window & typeof globalThis
  const policies: string[] = []
  const forbid = (policy: string) => {
    policies.push(policy)
    const meta = realm.createElement('meta')
    meta.httpEquiv = 'content-security-policy'
    meta.content = policy
    realm.head.append(meta)
  }
  let held = false
  realm.addEventListener('securitypolicyviolation', ({ originalPolicy }) => {
    held ||= policies.includes(originalPolicy)
  })
  forbid(`connect-src ${origin}`)
  const request = new XMLHttpRequest()
  return {
    request,
    seal: () => forbid("connect-src 'none'"),
    held: () => held,
    close: () => {
      request.abort()
      frame.remove()
    },
  }
}
