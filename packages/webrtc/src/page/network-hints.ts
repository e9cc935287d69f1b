/**
 * Signs that the network may have changed, or that the page has slept: what a browser tells, and what its clock shows. Hints
 * only: whoever hears one looks whether what it has still works. Knows neither links nor servers.
 */
import type { Timers } from '@peerkeeper/core/transport'
import { networkSettleMs, sleepGapHiddenMs, sleepGapMs, sleepLookMs } from '../wire/limits.ts'
import { pageTimers } from './timers.ts'

/**
 * `moved`: the browser says that it is online again. `woke`: the page was asleep, frozen or out of sight, or its machine was, or
 * the network is another or only slower. `lost`: a path was lost to a peer; others may be.
 */
export type NetworkHint = 'moved' | 'woke' | 'lost'

export interface NetworkHints {
  /** Tells `listener` from now on, in a task of its own. Returns what ends that. */
  listen(listener: (hint: NetworkHint) => void): () => void
  /** Tells the others that a path was lost. */
  lost(): void
}

/** What hints come from: the window, its document, the connection that it tells of, and clocks. */
export interface HintSources {
  readonly timers: Timers
  /** Milliseconds since any moment, which go on while the machine sleeps. */
  readonly now: () => number
  readonly isHidden: () => boolean
  /** Where events are listened to, and what they are a sign of; looked for when somebody listens first. */
  readonly events: () => readonly (readonly [target: EventTarget, type: string, hint: NetworkHint])[]
}

export function createNetworkHints(sources: HintSources): NetworkHints {
  const listeners = new Set<(hint: NetworkHint) => void>()
  /** Hints of one burst: told once it is over, the strongest alone. */
  const gathered = new Set<NetworkHint>()
  let stop: (() => void) | undefined

  function gather(hint: NetworkHint): void {
    if (listeners.size === 0) return
    gathered.add(hint)
    if (gathered.size === 1) sources.timers.after(networkSettleMs, tell)
  }

  function tell(): void {
    const hint = strengths.find(each => gathered.has(each))
    gathered.clear()
    if (hint !== undefined) for (const listener of [...listeners]) listener(hint)
  }

  return {
    listen(listener) {
      listeners.add(listener)
      stop ??= watch(sources, gather)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
    lost: () => gather('lost'),
  }
}

const strengths: readonly NetworkHint[] = ['moved', 'woke', 'lost']

/** Begins to listen and to look at the clock. Returns what ends both. */
function watch(
  { timers, now, isHidden, events }: HintSources,
  gather: (hint: NetworkHint) => void,
): () => void {
  const heard = events().map(([target, type, hint]) => {
    const listener = () => {
      if (type !== 'visibilitychange' || !isHidden()) gather(hint)
    }
    target.addEventListener(type, listener)
    return () => target.removeEventListener(type, listener)
  })
  let last = now()
  let cancel = timers.after(sleepLookMs, look)

  /** A page in sight looks at its clock on time; one that is hidden may be held back for a minute. */
  function look(): void {
    const gap = now() - last
    if (gap > (isHidden() ? sleepGapHiddenMs : sleepGapMs)) gather('woke')
    last = now()
    cancel = timers.after(sleepLookMs, look)
  }

  return () => {
    cancel()
    for (const end of heard) end()
  }
}

/** The hints of this page; where there is no page, none ever. */
export const pageHints: NetworkHints = createNetworkHints({
  timers: pageTimers,
  now: () => Date.now(),
  isHidden: () => typeof document !== 'undefined' && document.visibilityState === 'hidden',
  events() {
    if (typeof window === 'undefined' || typeof document === 'undefined') return []
    // Chromium's own, told of also where only its guess of the speed has changed: worth a look and no more.
    const { connection } = navigator as { readonly connection?: EventTarget }
    return [
      [window, 'online', 'moved'],
      ...(connection === undefined ? [] : ([[connection, 'change', 'woke']] as const)),
      [window, 'pageshow', 'woke'],
      [document, 'visibilitychange', 'woke'],
      [document, 'resume', 'woke'],
    ] as const
  },
})
