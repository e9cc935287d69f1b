/**
 * What a page is told of endings: its own, and that of its worker. Hints both; where there is no page around it, as in
 * tests, there are none.
 */

/** A replica that stops lets go of its lock, too, and its last words may be slower than that: they have this long to come. */
const lastWordsMs = 500

/** One was always enough to stay untouched; a cut comes once or twice. */
const listeners = 4

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

/**
 * Takes `steps`, in order, when the page goes away, until `signal` is aborted. A step may be begun again where it was cut off.
 *
 * Firefox cuts off whatever script of a page runs while its user goes elsewhere, also one that has just begun to hear that
 * the page goes away; other listeners still hear it. So there are several, and each goes on where the one before was cut off.
 */
export function onPageHide(steps: readonly (() => void)[], signal: AbortSignal): void {
  let taken = 0
  const leave = ({ persisted }: PageTransitionEvent) => {
    for (; !persisted && taken < steps.length; taken++) steps[taken]?.()
  }
  for (let listener = 0; listener < listeners; listener++)
    page.addEventListener?.('pagehide', event => leave(event), { signal })
}
