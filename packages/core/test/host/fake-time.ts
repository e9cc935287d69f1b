/** Time and tasks that stand still until a test moves them. */
import type { Timers } from '../../src/host/time/clock.ts'

export interface FakeTime extends Timers {
  readonly nowMs: number
  /** Runs what `afterTask` was given, and what that gives, until nothing is left. */
  settle(): void
  afterTask(run: () => void): void
  /** Settles, then lets `ms` milliseconds pass, timer by timer. */
  advance(ms: number): void
}

export function createFakeTime(): FakeTime {
  const tasks: (() => void)[] = []
  let timers: { readonly at: number; readonly run: () => void }[] = []
  let nowMs = 0

  function settle(): void {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task()
  }

  return {
    get nowMs() {
      return nowMs
    },
    settle,
    afterTask: run => void tasks.push(run),
    after(ms, run) {
      const timer = { at: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter(each => each !== timer)
      }
    },
    advance(ms) {
      settle()
      const end = nowMs + ms
      for (;;) {
        const next = timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter(timer => timer !== next)
        nowMs = next.at
        next.run()
        settle()
      }
      nowMs = end
    },
  }
}
