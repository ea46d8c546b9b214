import { bodyStalled, bodyTruncated, corePanicked } from '../generated/errors.js'
import type { Core, CoreReply, Outcome } from './abi.js'
import type { FileTaker } from './driver/call.js'
import type { Deadline } from './driver/deadline.js'
import { piecesOf } from './driver/download/pieces.js'
import { openSink, storageFailure } from './driver/download/sink.js'
import { type Failure, isFailure } from './failure.js'
import type { DownloadOptions, Progress, SavedFile } from './request.js'
import { tell } from './tell.js'

// The part of a client that is loaded at its first download.

/** Saves the file that `perform` brings over as many requests as the core decides. */
export const save = async (
  core: Core,
  options: DownloadOptions,
  deadline: Deadline,
  perform: (file: FileTaker) => Promise<CoreReply>,
): Promise<CoreReply> => {
  const sink = await openSink(options).catch((thrown) => {
    throw storageFailure(thrown)
  })
  const { filename: asked, onProgress } = options
  const { idle } = deadline.limits
  let flight = 0
  let requests = 0
  let begun = false
  let now: Progress = { received: 0 }
  let told = -1
  let last: Promise<unknown> = Promise.resolve()
  let refused: Failure | undefined

  /** Waits for the sink, however long it takes: it is the caller's, or the disk. */
  const storing = (work: Promise<void>) => {
    last = work.catch(() => {})
    return deadline.wait(
      work.catch((thrown) => {
        refused = storageFailure(thrown)
        throw refused
      }),
    )
  }
  const report = () => {
    told = now.received
    tell(() => onProgress?.({ ...now }))
  }
  const count = (received: number, total?: number) => {
    // More than there should be is for the core to judge.
    now = total === undefined || received > total ? { received } : { received, total }
    const pace = onProgress && core.measure(flight, performance.now(), received, total)
    if (!pace) return
    Object.assign(now, pace)
    report()
  }

  const taker: FileTaker = {
    depart: (address, headers, attempts) => {
      flight = core.download(address, headers, asked, sink.restarts, attempts)
      return flight
    },
    ready: async () => {
      requests += 1
      if (begun && globalThis.navigator?.onLine === false) await online(deadline)
    },
    take: async ({ anew, received, total, filename }, response): Promise<Outcome> => {
      begun = true
      // From now on a piece has its time, and the whole has none.
      deadline.stop()
      const pieces = response?.body ? piecesOf(response.body) : undefined
      const type = response?.headers.get('content-type') ?? ''
      let came = 0
      try {
        if (anew) await storing(sink.begin({ filename, total, type }))
        count(received, total)
        while (pieces) {
          const read = pieces.next().catch(() => {
            throw bodyTruncated
          })
          const piece = await deadline.wait(read, idle, bodyStalled)
          if (!piece) break
          await storing(sink.write(piece))
          came += piece.byteLength
          count(received + came, total)
        }
        return { received: came }
      } catch (thrown) {
        pieces?.cancel().catch(() => {})
        if (!isFailure(thrown)) throw thrown
        return { received: came, code: thrown.code }
      }
    },
  }

  try {
    const reply = await perform(taker)
    if (told !== now.received || now.total === undefined) {
      now.total = now.received
      report()
    }
    try {
      const data: SavedFile = { filename: await sink.finish(deadline.wait), size: now.received }
      return { ...reply, data }
    } catch (thrown) {
      const { status, requestId } = reply
      throw { ...storageFailure(thrown), status, requestId, sent: 'acknowledged', attempts: requests }
    }
  } catch (thrown) {
    const failure = isFailure(thrown) ? thrown : corePanicked
    await sink.drop(failure, last).catch(() => {})
    // The core knows the code alone.
    throw failure.code === refused?.code ? { ...failure, message: refused.message } : thrown
  }
}

/** Waits for the network to be back, for as long as a piece of a body may take. */
const online = async (deadline: Deadline) => {
  const heard = new AbortController()
  const { signal } = heard
  const back = new Promise<void>((resolve) => {
    globalThis.addEventListener('online', () => resolve(), { signal })
  })
  await deadline.wait(back, deadline.limits.idle).catch(() => {})
  heard.abort()
}
