import { useEffect, useState } from 'react'

/** How many seconds are left of a wait that begins with each new object. */
export const useWait = (wait: { readonly milliseconds: number } | undefined): number => {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const end = Date.now() + (wait?.milliseconds ?? 0)
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)))
    tick()
    const timer = setInterval(tick, 500)
    return () => clearInterval(timer)
  }, [wait])
  return left
}
