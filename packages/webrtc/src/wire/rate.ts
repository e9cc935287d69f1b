/** A token bucket: `burst` at once, `perSecond` in the long run. Time is passed in. */
export interface Rate {
  /** Whether `cost` more (default 1) is allowed at `nowMs` (monotonic milliseconds). */
  take(nowMs: number, cost?: number): boolean
  /**
   * Takes `cost` in any case, and returns for how many milliseconds whoever is served should wait, because more was taken
   * than there was; 0 when there was enough.
   */
  owe(nowMs: number, cost?: number): number
  /** Whether it is as if nothing had ever been taken. */
  isFull(nowMs: number): boolean
}

export function createRate(perSecond: number, burst: number, startMs: number): Rate {
  let tokens = burst
  let lastMs = startMs

  function refill(nowMs: number): void {
    tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1_000) * perSecond)
    lastMs = nowMs
  }

  return {
    take(nowMs, cost = 1) {
      refill(nowMs)
      if (tokens < cost) return false
      tokens -= cost
      return true
    },
    owe(nowMs, cost = 1) {
      refill(nowMs)
      tokens -= cost
      return tokens < 0 ? (-tokens / perSecond) * 1_000 : 0
    },
    isFull(nowMs) {
      refill(nowMs)
      return tokens >= burst
    },
  }
}
