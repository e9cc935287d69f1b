/**
 * Time as whoever waits sees it: passed in, so that tests own it. The page, its worker and the transports each have one.
 * Decides nothing: logic counts ticks.
 */

/** What happens later. Says nothing of dates. */
export interface Timers {
  /** Runs `run` once after `ms` milliseconds, in a task of its own. Returns what cancels it (idempotent). */
  after(ms: number, run: () => void): () => void
}

export interface Clock extends Timers {
  /** Runs `run` every `ms` milliseconds. What is missed while frozen is not made up. Returns what ends it (idempotent). */
  every(ms: number, run: () => void): () => void
  /** Milliseconds since 1970, as this machine believes. May jump. */
  now(): number
  /** Milliseconds that never go back; they may stand still while the machine sleeps. */
  steadyMs(): number
}

/** The clock of this page or worker. */
export const ownClock: Clock = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
  now: () => Date.now(),
  steadyMs: () => performance.now(),
}
