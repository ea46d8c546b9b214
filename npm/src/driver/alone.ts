import { timedOut } from '../../generated/errors.js'

/** How long a tab waits for its turn, in milliseconds: longer than the lease of one that has died. */
const LONGEST = 15_000

/** How long a lease is good, in milliseconds: longer than any work may take. */
const LEASE = 12_000

/**
 * How long it takes until all tabs see what one has written, in milliseconds. Storage travels on its own way: in Chromium a
 * tab that gets a lock at once may still read what was there before.
 */
const SPREAD = 100

/**
 * Does work while no other tab of the origin does, unless it is `done` when its turn comes. A Web Lock makes the turns, or
 * a lease in `localStorage` where there are none; a tab that dies leaves its turn to the next: a browser releases its
 * lock, and its lease ends.
 *
 * What `work` throws is thrown; `timed_out` when the turn did not come.
 */
export const alone = (key: string, done: () => boolean, work: () => Promise<void>): Promise<void> => {
  const { locks } = globalThis.navigator ?? {}
  if (!locks) return leased(key, done, work)
  return new Promise((resolve, reject) => {
    let begun = false
    const turn = async () => {
      begun = true
      const worked = done() ? undefined : work()
      resolve(worked)
      // Who renewed here goes on; the others wait for what was written.
      if (worked) await worked.then(() => pause(SPREAD))
    }
    locks.request(key, { signal: AbortSignal.timeout(LONGEST) }, turn).catch((refusal) => {
      if (begun) reject(refusal)
      else if (refusal?.name === 'TimeoutError') reject(timedOut)
      // Where a page may not have locks.
      else leased(key, done, work).then(resolve, reject)
    })
  })
}

const leased: typeof alone = async (key, done, work) => {
  const name = `${key} renewal`
  const mine = `${Math.random()}`
  const start = Date.now()
  try {
    while (!done()) {
      const now = Date.now()
      const [holder, end] = leaseAt(name)
      const left = end - now
      if (holder === mine) return await work()
      if (now - start > LONGEST) throw timedOut
      if (left > 0 && left <= LEASE) await change(Math.min(left, 1_000))
      else {
        try {
          localStorage.setItem(name, `${mine} ${now + LEASE}`)
        } catch {
          // A lease is worth no renewal.
          return await work()
        }
        // Another tab may have written at the same time: the last one has it.
        await pause(SPREAD)
      }
    }
  } finally {
    if (leaseAt(name)[0] === mine) localStorage.removeItem(name)
  }
}

/** Whose turn it is, and when its lease ends; a lease longer than any is of a clock that was set back since. */
const leaseAt = (name: string): [holder: string, end: number] => {
  const [holder = '', end] = localStorage.getItem(name)?.split(' ') ?? []
  return [holder, Number(end)]
}

const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time))

/** Waits until storage changes, but not longer than this. */
const change = (longest: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, longest)
    globalThis.addEventListener?.('storage', () => resolve(), { once: true })
  })
