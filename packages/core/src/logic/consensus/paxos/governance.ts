/**
 * Which membership governs which slot: Lamport's window. A membership chosen in slot m governs the slots from
 * m + alpha on (alpha is `paxosWindowSlots`), and nobody proposes in a slot further than alpha beyond the row of chosen
 * slots that it knows. So whoever proposes in slot s knows every slot up to s - alpha, hence the one membership that
 * governs s; all who ever propose in s count the same voters, and single-decree Paxos does the rest. Overlap of old and
 * new quorums is not even needed.
 *
 * Void changes. A membership in slot m counts only where the latest one before it already governs m, and where it
 * differs from that one by at most one voter; else the slot is a no-op. All replicas judge this from the same chosen
 * slots before m, so they agree. Of two that are proposed at once the one in the lower slot counts: the other lies less
 * than alpha behind it. And what counts was worked out from the membership it replaces: its proposer knew every slot up
 * to m - alpha, and the latest change lies there.
 *
 * The first slot holds the founding membership, which governs from there on: who joins learns it from the log.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 3, last paragraphs (there alpha is how far a leader runs ahead).
 */
import { assert } from '../../base/assert.ts'
import type { NodeId, Slot } from '../../base/ids.ts'
import { noSlot, slotAfter } from '../../base/ids.ts'
import { paxosWindowSlots } from '../../base/limits.ts'
import { type Membership, members } from '../membership.ts'

interface Reign {
  /** The slot that it was chosen in. */
  readonly chosenAt: Slot
  /** The first slot that it governs. */
  readonly from: Slot
  readonly membership: Membership
}

export class Governance {
  /** Ascending; never empty. */
  #reigns: readonly Reign[]

  constructor(founding: Membership) {
    this.#reigns = [{ chosenAt: noSlot, from: noSlot, membership: founding }]
  }

  /** The latest that was chosen, though it may govern only later slots. */
  get latest(): Membership {
    return this.#last.membership
  }

  /** The first slot that the latest membership governs. */
  get latestFrom(): Slot {
    return this.#last.from
  }

  get #last(): Reign {
    const last = this.#reigns.at(-1)
    assert(last !== undefined, 'some membership is always in force')
    return last
  }

  toJSON(): unknown {
    return this.#reigns
  }

  /** Who counts for `at`, which lies within the window of what was learned. */
  at(at: Slot): Membership {
    return this.#reigns.findLast(({ from }) => from <= at)?.membership ?? this.latest
  }

  /** Every membership that governs `from` or a later slot. */
  since(from: Slot): readonly Membership[] {
    const first = this.#reigns.findLastIndex(reign => reign.from <= from)
    return this.#reigns.slice(Math.max(0, first)).map(({ membership }) => membership)
  }

  /** Everyone named by a membership that governs `from` or a later slot. */
  everyoneSince(from: Slot): ReadonlySet<NodeId> {
    return new Set(this.since(from).flatMap(members))
  }

  /** Whether a change that was chosen up to `through` does not yet govern the slot after it. */
  isOpenAfter(through: Slot): boolean {
    return this.#reigns.some(({ chosenAt, from }) => chosenAt <= through && from > through + 1)
  }

  /** Whether a membership ceased to count when what was known as chosen went from `before` to `through`. */
  endedBetween(before: Slot, through: Slot): boolean {
    return this.#reigns.some(({ from }) => from > before + 1 && from <= through + 1)
  }

  /** Whether a change was chosen after `through`. */
  changedAfter(through: Slot): boolean {
    return this.#last.chosenAt > through
  }

  /** `membership` was chosen in `at`, and everything before is known. False when it is void. */
  chosen(at: Slot, membership: Membership): boolean {
    if (at === 1) {
      this.#reigns = [{ chosenAt: noSlot, from: noSlot, membership }]
      return true
    }
    if (this.#last.from > at || !isStep(this.latest, membership)) return false
    this.#reigns = [...this.#reigns, { chosenAt: at, from: slotAfter(at, paxosWindowSlots), membership }]
    return true
  }

  /** Forgets memberships that govern nothing after `through`. */
  forgetThrough(through: Slot): void {
    const first = this.#reigns.findLastIndex(({ from }) => from <= slotAfter(through))
    this.#reigns = this.#reigns.slice(Math.max(0, first))
  }

  /** `membership` governs everything after `through`; what was chosen before is not known here. */
  replace(through: Slot, membership: Membership): void {
    this.#reigns = [{ chosenAt: through, from: noSlot, membership }]
  }
}

/** At most one voter more or less, and at least one left. */
function isStep(old: Membership, { voters }: Membership): boolean {
  const gone = old.voters.filter(node => !voters.includes(node)).length
  const added = voters.filter(node => !old.voters.includes(node)).length
  return voters.length > 0 && gone + added <= 1
}
