/**
 * Time as this package sees it: passed in, so that tests own it. Says nothing of dates; only of what happens later.
 */
export interface Timers {
  /** Runs `run` once after `ms` milliseconds, in a task of its own. Returns what cancels it (idempotent). */
  after(ms: number, run: () => void): () => void
}

/**
 * How long to wait after `failures` failures in a row (0, 1, 2 ...): `min` doubled each time, at most `max`, of which a
 * random half is taken off so that many peers do not come at once. `random` is uniform in [0, 1).
 */
export function backoffMs(failures: number, min: number, max: number, random: () => number): number {
  const full = Math.min(max, min * 2 ** Math.min(failures, 30))
  return full * (0.5 + random() / 2)
}
