/**
 * What a log says of the membership: the one as of the last chosen slot, and those behind it that are not chosen yet. A
 * membership is in force from the moment it stands in the log, chosen or not, and goes when its slot is truncated. Does
 * not know who may append one.
 *
 * The rule: only a leader changes the membership, by one voter at most, while no other change is open, and after an entry
 * of its own term is chosen. Why it holds: a majority before a change and one after it share a voter. So when membership
 * C gets a successor in term T, an entry of T lies on a majority of C. Whoever holds another successor of C has it from
 * an older term and did not get it chosen; to lead it needs a majority of that successor, which shares a voter with the
 * majority of C that holds the entry of T, and that voter refuses it. Of all successors of C only those of the latest
 * such term can still win elections. (The first edition of the rule lacked "of its own term": two leaders could each
 * have a successor of C chosen, and those two need not overlap.)
 *
 * Source: Ongaro, Consensus: Bridging Theory and Practice (2014), section 4.1, and his note to the raft-dev list of
 * July 2015.
 */
import { assert } from '../../base/assert.ts'
import type { NodeId, Slot } from '../../base/ids.ts'
import { type Membership, members } from '../membership.ts'
import type { Value } from '../value.ts'

export class Configurations {
  #chosen: Membership
  /** Ascending by slot. Invariant: all of them behind the last chosen slot. */
  readonly #open: { readonly slot: Slot; readonly membership: Membership }[] = []

  constructor(founding: Membership) {
    this.#chosen = founding
  }

  /** As of the last chosen slot. */
  get chosen(): Membership {
    return this.#chosen
  }

  /** The latest in the log: who votes, and who counts for every slot that is not chosen yet. */
  get inForce(): Membership {
    return this.#open.at(-1)?.membership ?? this.#chosen
  }

  /** A membership is in the log and not chosen. */
  get isOpen(): boolean {
    return this.#open.length > 0
  }

  /** Everyone whom the membership in force or the chosen one names: one that is leaving learns that it left. */
  get everyone(): ReadonlySet<NodeId> {
    return new Set([...members(this.inForce), ...members(this.#chosen)])
  }

  /** `value` stands in the log at `slot` now. */
  appended(slot: Slot, value: Value): void {
    if (value instanceof Uint8Array || value.type !== 'membership') return
    this.#open.push({ slot, membership: value.membership })
  }

  /** Nothing is in the log from `from` on. */
  truncated(from: Slot): void {
    while ((this.#open.at(-1)?.slot ?? 0) >= from) this.#open.pop()
  }

  /** Everything up to `through` is chosen. */
  chosenThrough(through: Slot): void {
    for (let [first] = this.#open; first !== undefined && first.slot <= through; [first] = this.#open) {
      this.#chosen = first.membership
      this.#open.shift()
    }
  }

  /** A snapshot takes the place of the log; `membership` is in force after it. */
  replace(membership: Membership): void {
    assert(!this.isOpen, 'what a snapshot replaces was truncated')
    this.#chosen = membership
  }

  /** For comparing states. */
  toJSON(): unknown {
    return [this.#chosen, this.#open]
  }
}
