/**
 * What a page is told of endings: its own, and that of its worker. Hints both; where there is no page around it, as in
 * tests, there are none.
 */

/** A replica that stops lets go of its lock, too, and its last words may be slower than that: they have this long to come. */
const lastWordsMs = 500

/** What a browser has and others may not. */
const page: {
  readonly navigator?: { readonly locks?: LockManager }
  readonly addEventListener?: typeof addEventListener
} = globalThis

/**
 * Calls `gone` soon after the holder of `lock` let go of it, unless `signal` is aborted by then: at once, beside the
 * link's probes.
 */
export function onWorkerGone(lock: string, signal: AbortSignal, gone: () => void): void {
  const released = () => {
    setTimeout(() => {
      if (!signal.aborted) gone()
    }, lastWordsMs)
  }
  page.navigator?.locks?.request(lock, { mode: 'shared', signal }, released).catch(() => undefined)
}

/** Calls `leave` when the page goes away, until `signal` is aborted. */
export function onPageHide(leave: (event: PageTransitionEvent) => void, signal: AbortSignal): void {
  page.addEventListener?.('pagehide', leave, { signal })
}
