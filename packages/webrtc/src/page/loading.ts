/**
 * Parts of this package that a page does not need at once are loaded when they are needed first; bundlers make files of their own
 * of them. Such a file may not be had for a while (no network), or for good (the app was deployed anew): then what needs it goes
 * without, with a reason, and tries again. Some browsers remember a failure for as long as the page lives.
 */
import { reconnectMsMax, reconnectMsMin } from '../wire/limits.ts'
import { backoffMs, type Timers } from '../wire/timers.ts'
import { pageTimers } from './timers.ts'

export interface LoadingWorld {
  /** Default: the page's own. */
  readonly timers?: Timers
  /** Uniform in [0, 1). Default Math.random. */
  readonly random?: () => number
}

/** For people: what could not be loaded, and why. */
export const notLoaded = (error: unknown): string => `a part of the app could not be loaded: ${error}`

/**
 * What `load` gives, tried again with pauses until it does; `failed` is told each time. Rejects when `signal` aborts, with its
 * reason, and then only.
 */
export function loadAgain<T>(
  load: () => Promise<T>,
  { timers = pageTimers, random = Math.random }: LoadingWorld,
  signal: AbortSignal,
  failed: (reason: string) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let failures = 0
    let cancel = () => {}
    const attempt = () => void load().then(loaded, notYet)
    const notYet = (error: unknown) => {
      if (signal.aborted) return
      cancel = timers.after(backoffMs(failures, reconnectMsMin, reconnectMsMax, random), attempt)
      failures += 1
      failed(notLoaded(error))
    }
    const loaded = (part: T) => {
      signal.removeEventListener('abort', stop)
      resolve(part)
    }
    const stop = () => {
      cancel()
      reject(signal.reason)
    }
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    attempt()
  })
}
