/**
 * What a page is told of its own end: a hint. Where there is no page around it, as in tests, there is none.
 */

/** One was always enough to stay untouched; a cut comes once or twice. */
const listeners = 4

/** What a browser has and others may not. */
const page: { readonly addEventListener?: typeof addEventListener } = globalThis

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
