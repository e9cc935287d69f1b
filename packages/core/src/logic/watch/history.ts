/**
 * The latest changes that this replica applied, for watches that resume: shared by all of them, bounded in count and
 * bytes, forgotten a whole transaction at a time. Local to the replica: it begins anew from what the log still holds.
 *
 * Invariant: every change after `start` and up to the last one added is here, in order.
 */
import { noSlot, type Zxid } from '../base/ids.ts'
import { historyBytesMax, historyChangesMax } from '../base/limits.ts'
import type { Change } from '../state/event.ts'

interface Entry {
  readonly zxid: Zxid
  readonly changes: readonly Change[]
  readonly bytes: number
}

/** What a change takes besides its path: an object of five fields, and its place in a list. */
const changeBytes = 96

/** How much is kept at most. */
export interface HistoryBounds {
  readonly changesMax: number
  readonly bytesMax: number
}

export class History {
  readonly #bounds: HistoryBounds
  /** Behind `#first`, which moves on: shifting each time would cost as much as the history is long. */
  #entries: Entry[] = []
  #first = 0
  #changes = 0
  #bytes = 0
  #start: Zxid = noSlot

  constructor(bounds: HistoryBounds = { changesMax: historyChangesMax, bytesMax: historyBytesMax }) {
    this.#bounds = bounds
  }

  /** Changes of this transaction and earlier ones are not here. Invariant: never goes back. */
  get start(): Zxid {
    return this.#start
  }

  /** Changes held. */
  get size(): number {
    return this.#changes
  }

  /** Takes in what one transaction, later than all before it, changed. */
  add(changes: readonly Change[]): void {
    const [first] = changes
    if (first === undefined) return
    const { zxid } = first
    let bytes = 0
    for (const { path } of changes) bytes += changeBytes + 2 * path.length
    this.#entries.push({ zxid, changes, bytes })
    this.#changes += changes.length
    this.#bytes += bytes
    while (this.#changes > this.#bounds.changesMax || this.#bytes > this.#bounds.bytesMax) this.#forgetFirst()
  }

  /** What happened up to `through` is not known step by step. */
  cut(through: Zxid): void {
    this.#entries = []
    this.#first = 0
    this.#changes = 0
    this.#bytes = 0
    this.#start = through
  }

  /** The changes of each transaction after `from`, in order. All of them, where it {@link reaches} so far back. */
  *after(from: Zxid): Iterable<readonly Change[]> {
    for (let i = this.#indexAfter(from); i < this.#entries.length; i++) {
      const entry = this.#entries[i]
      if (entry) yield entry.changes
    }
  }

  /** Whether all changes after `from` are here. */
  reaches(from: Zxid): boolean {
    return from >= this.#start
  }

  #forgetFirst(): void {
    const entry = this.#entries[this.#first]
    if (entry === undefined) return
    this.#start = entry.zxid
    this.#changes -= entry.changes.length
    this.#bytes -= entry.bytes
    this.#first++
    if (this.#first < this.#entries.length / 2) return
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
  }

  /** The place of the first transaction after `from`, by halving. */
  #indexAfter(from: Zxid): number {
    let low = this.#first
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#entries[middle]?.zxid ?? Number.POSITIVE_INFINITY) > from) high = middle
      else low = middle + 1
    }
    return low
  }
}
