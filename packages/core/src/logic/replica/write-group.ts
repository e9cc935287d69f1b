/**
 * What steps ask to persist while an earlier write is on its way: gathered into the next one, with everything that must
 * leave only after it. This is all there is to group commit. The host writes one group at a time, in order.
 */
import type { Persist } from '../consensus/engine.ts'
import type { Step, ToPeer } from './step.ts'

export interface Group {
  /** Null when there is only something to send, and nothing to write before it. */
  readonly persist: Persist | null
  readonly sendAfterPersist: readonly ToPeer[]
}

export class WriteGroup {
  #persist: Persist | null = null
  #sendAfterPersist: ToPeer[] = []

  get isEmpty(): boolean {
    return this.#persist === null && this.#sendAfterPersist.length === 0
  }

  /** Takes in what `step` asks for, behind that of earlier steps. */
  add({ persist, sendAfterPersist }: Step): void {
    if (persist !== null) this.#persist = this.#persist === null ? persist : joined(this.#persist, persist)
    this.#sendAfterPersist.push(...sendAfterPersist)
  }

  /** Everything gathered, to be written now. */
  take(): Group {
    const group = { persist: this.#persist, sendAfterPersist: this.#sendAfterPersist }
    this.#persist = null
    this.#sendAfterPersist = []
    return group
  }
}

/** One write that leaves the disk as `first` and then `second` would. */
const joined = (first: Persist, second: Persist): Persist => ({
  hardState: second.hardState,
  log: [...first.log, ...second.log],
  snapshot: second.snapshot ?? first.snapshot,
})
