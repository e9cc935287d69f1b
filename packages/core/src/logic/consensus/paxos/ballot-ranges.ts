/**
 * A ballot for each slot, kept as runs of neighbouring slots with the same one: what an acceptor promised, and what a
 * proposer believes to be claimed. Slots that were never raised hold `noBallot`. Does not know what a ballot is for.
 */
import { noSlot, type Slot, slot } from '../../base/ids.ts'
import { aSlot, listOf, record, type Shape, where } from '../../base/shape.ts'
import { aBallot, type Ballot, compareBallots, noBallot, sameBallot } from '../ballot.ts'

export interface BallotRange {
  readonly first: Slot
  readonly last: Slot
  readonly ballot: Ballot
}

export class BallotRanges {
  /** Ascending, disjoint, neighbours differ. */
  #ranges: readonly BallotRange[]

  constructor(ranges: readonly BallotRange[] = []) {
    this.#ranges = ranges
  }

  /** The highest slot that was raised and not forgotten; 0 when there is none. */
  get last(): Slot {
    return this.#ranges.at(-1)?.last ?? noSlot
  }

  /** Everything, as a codec can carry it. */
  toJSON(): readonly BallotRange[] {
    return this.#ranges
  }

  at(at: Slot): Ballot {
    return this.#ranges.find(({ first, last }) => first <= at && at <= last)?.ballot ?? noBallot
  }

  /** Raises `first` .. `last` to `ballot` where they are below. Returns whether any was. */
  raise(first: Slot, last: Slot, ballot: Ballot): boolean {
    const next: BallotRange[] = []
    let from: number = first
    let changed = false
    const fill = (through: number) => {
      if (from > through) return
      put(next, from, through, ballot)
      changed = true
      from = through + 1
    }
    for (const range of this.#ranges) {
      fill(Math.min(last, range.first - 1))
      const low = Math.max(first, range.first)
      const high = Math.min(last, range.last)
      const raises = low <= high && compareBallots(ballot, range.ballot) > 0
      put(next, range.first, Math.min(range.last, first - 1), range.ballot)
      put(next, low, high, raises ? ballot : range.ballot)
      put(next, Math.max(last + 1, range.first), range.last, range.ballot)
      if (low <= high) from = high + 1
      if (raises) changed = true
    }
    fill(last)
    this.#ranges = next
    return changed
  }

  forgetThrough(through: Slot): void {
    if ((this.#ranges[0]?.first ?? through + 1) > through) return
    this.#ranges = this.#ranges
      .filter(({ last }) => last > through)
      .map(range => (range.first > through ? range : { ...range, first: slot(through + 1) }))
  }
}

function put(ranges: BallotRange[], first: number, last: number, ballot: Ballot): void {
  if (first > last) return
  const before = ranges.at(-1)
  if (before && before.last + 1 === first && sameBallot(before.ballot, ballot))
    ranges[ranges.length - 1] = { ...before, last: slot(last) }
  else ranges.push({ first: slot(first), last: slot(last), ballot })
}

/** Ranges from outside, ascending and disjoint. */
export const ballotRanges: Shape<readonly BallotRange[]> = where(
  listOf(record<BallotRange>({ first: aSlot, last: aSlot, ballot: aBallot })),
  ranges => ranges.every(({ first, last }, index) => first <= last && first > (ranges[index - 1]?.last ?? 0)),
)
