/**
 * Listening to signals that outlive the listener. Owns that nothing stays behind at them, and that several become one. Both are
 * done by hand: Node (20) forgets the `signal` of a listener, and what AbortSignal.any made of a timeout, at its next
 * garbage collection.
 */

/** Calls `then` once, when `signal` is aborted: now, where it is. Returns what takes the listener away (idempotent). */
export function onceAborted(signal: AbortSignal | undefined, then: () => void): () => void {
  if (signal?.aborted) then()
  else signal?.addEventListener('abort', then, { once: true })
  return () => signal?.removeEventListener('abort', then)
}

/** Aborted with the first of `own`, which always is in the end, and `others`, at which nothing of it stays then. */
export function firstOf(own: AbortSignal, ...others: readonly (AbortSignal | undefined)[]): AbortSignal {
  const first = new AbortController()
  const listeners: (() => void)[] = []
  for (const each of [own, ...others]) {
    if (first.signal.aborted) break
    const end = () => {
      for (const takeAway of listeners) takeAway()
      first.abort(each?.reason)
    }
    listeners.push(onceAborted(each, end))
  }
  return first.signal
}
