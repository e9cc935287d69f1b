/** Time as transports see it: passed in, so that tests own it. Says nothing of dates; only of what happens later. */
export interface Timers {
  /** Runs `run` once after `ms` milliseconds, in a task of its own. Returns what cancels it (idempotent). */
  after(ms: number, run: () => void): () => void
}

/** The timers of this page or worker. */
export const ownTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
