/** The latest decisions, newest first, within a bound; and how fast they come. Pure. */
import { decisionsMax } from '../limits.ts'

export interface DecisionLike {
  readonly slot: number
  readonly session: number | null
}

const rateWindowMs = 2_000

export class DecisionLog<Decision extends DecisionLike> {
  #newestFirst: readonly Decision[] = []
  /** When batches came, and how many were in each. */
  #arrivals: { readonly atMs: number; readonly count: number }[] = []

  get newestFirst(): readonly Decision[] {
    return this.#newestFirst
  }

  /** Takes decisions in slot order, arrived at `atMs`. What was taken before is not taken again. */
  add(decisions: readonly Decision[], atMs: number): void {
    const last = this.#newestFirst[0]?.slot ?? 0
    const fresh = decisions.filter(({ slot }) => slot > last)
    if (fresh.length === 0) return
    this.#newestFirst = [...fresh.toReversed(), ...this.#newestFirst].slice(0, decisionsMax)
    this.#arrivals.push({ atMs, count: fresh.length })
    this.#forgetArrivals(atMs)
  }

  /** Decisions a second, of late. */
  rate(nowMs: number): number {
    this.#forgetArrivals(nowMs)
    return (this.#arrivals.reduce((sum, { count }) => sum + count, 0) / rateWindowMs) * 1_000
  }

  /** Who asked for what was decided in `slot`; null when nobody did or it is not known any more. */
  sessionOf(slot: number): number | null {
    return this.#newestFirst.find(each => each.slot === slot)?.session ?? null
  }

  #forgetArrivals(nowMs: number): void {
    this.#arrivals = this.#arrivals.filter(({ atMs }) => nowMs - atMs < rateWindowMs)
  }
}
