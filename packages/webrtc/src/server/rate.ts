/** A token bucket: `burst` at once, `perSecond` in the long run. Time is passed in. */
export interface Rate {
  /** Whether one more is allowed at `nowMs` (monotonic milliseconds). */
  take(nowMs: number): boolean
}

export function createRate(perSecond: number, burst: number, startMs: number): Rate {
  let tokens = burst
  let lastMs = startMs
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1_000) * perSecond)
      lastMs = nowMs
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
