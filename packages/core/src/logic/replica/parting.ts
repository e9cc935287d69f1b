/**
 * How one that votes goes for good. That its removal is chosen is not enough: the others may not know it yet, and to find out
 * they would need a quorum of a membership that counts the one that went. So it stays until a quorum of those who vote without
 * it has on disk that it was taken out, asks them, and helps them to find out meanwhile. An observer was never counted: it goes
 * at once. Does not know how it was taken out, nor how long a host waits.
 */
import type { NodeId, Slot } from '../base/ids.ts'
import { removalAskTicks } from '../base/limits.ts'
import type { EngineInput, EngineStatus } from '../consensus/engine.ts'
import { isMember } from '../consensus/membership.ts'
import { isQuorum } from '../consensus/quorum.ts'
import type { PeerMessage } from '../wire/envelope.ts'
import type { ToPeer } from './step.ts'

/** From one that was taken out. */
export interface RemovalQuestion {
  readonly from: NodeId
  /** By then it was. */
  readonly slot: Slot
}

export class Parting {
  readonly #self: NodeId
  #isLeaving = false
  #hasVoted = false
  /** From which slot on it is neither a member nor counted, and when that was last asked about, in ticks; null before. */
  #out: { readonly slot: Slot; ticks: number } | null = null
  /** Who has on disk that this replica was taken out. */
  readonly #knownBy = new Set<NodeId>()

  constructor(self: NodeId) {
    this.#self = self
  }

  /** Not to be undone. */
  begin(): void {
    this.#isLeaving = true
  }

  /** Whether this replica may end without being missed. */
  hasLeft({ membership }: EngineStatus): boolean {
    if (this.#out === null) return false
    return !this.#hasVoted || isQuorum(membership.voters, node => this.#knownBy.has(node))
  }

  /** `voter` has everything up to `through` on disk. */
  known(voter: NodeId, through: Slot): void {
    if (this.#out !== null && through >= this.#out.slot) this.#knownBy.add(voter)
  }

  tick(): void {
    if (this.#out !== null) this.#out.ticks++
  }

  /** At the end of each step: what it asks those who vote now. */
  ask(status: EngineStatus): readonly ToPeer[] {
    const { membership, isCounted, chosenThrough } = status
    if (!this.#isLeaving) return []
    this.#hasVoted ||= isCounted
    if (isCounted || isMember(membership, this.#self)) {
      this.#out = null
      return []
    }
    this.#out ??= { slot: chosenThrough, ticks: removalAskTicks }
    if (this.hasLeft(status) || this.#out.ticks < removalAskTicks) return []
    this.#out.ticks = 0
    const message: PeerMessage = { type: 'removed', slot: this.#out.slot }
    return membership.voters.filter(node => !this.#knownBy.has(node)).map(to => ({ to, message }))
  }
}

/** What to say, once what this step writes is written, to those of `questions` whose removal is known here by now. */
export const answersTo = (
  questions: readonly RemovalQuestion[],
  { chosenThrough }: EngineStatus,
): readonly ToPeer[] =>
  questions
    .filter(({ slot }) => slot <= chosenThrough)
    .map(({ from: to }) => ({ to, message: { type: 'removalKnown', slot: chosenThrough } }))

/** Whoever says that it was taken out leads no more: here, where it is not known, that is a reason to look for another leader. */
export const hintsOf = (
  { from, slot }: RemovalQuestion,
  { chosenThrough }: EngineStatus,
): readonly EngineInput<never>[] => (slot <= chosenThrough ? [] : [{ type: 'suspect', peer: from }])
