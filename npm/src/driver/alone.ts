import { timedOut } from '../../generated/errors.js'

/** How long a tab waits for its turn, in milliseconds. */
const LONGEST = 15_000

/** How long a lease is good, in milliseconds. It is made longer four times as often, while its tab lives. */
const LEASE = 4_000

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
  const isMine = () => leaseAt(name)[0] === mine
  const take = () => localStorage.setItem(name, `${mine} ${Date.now() + LEASE}`)
  let beat: ReturnType<typeof setInterval> | undefined
  try {
    while (!done()) {
      if (isMine()) {
        beat = setInterval(() => isMine() && take(), LEASE / 4)
        return await work()
      }
      const left = leaseAt(name)[1] - Date.now()
      if (Date.now() - start > LONGEST) throw timedOut
      // A lease longer than any is of a clock that was set back since.
      if (left > 0 && left <= LEASE) await change(Math.min(left, 1_000))
      else {
        try {
          take()
        } catch {
          // Where nothing more can be kept.
          return await work()
        }
        // Another tab may have written at the same time: the last one has it.
        await pause(SPREAD)
      }
    }
  } finally {
    clearInterval(beat)
    if (isMine()) localStorage.removeItem(name)
  }
}

/** Whose turn it is, and when the lease ends. */
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
