/**
 * Whom the ensemble can do without: every membership that counts or may come to count, and who is gone for good. A
 * membership may come to count from the moment at which some replica writes it down until another value is decided in
 * its slot; and one that was replaced counts until every present voter has on disk that it was. Looks on; decides
 * nothing.
 */
import type { NodeId, Slot } from '../logic/base/ids.ts'
import { slot, slotAfter } from '../logic/base/ids.ts'
import { paxosWindowSlots } from '../logic/base/limits.ts'
import type { EngineName, Persist } from '../logic/consensus/engine.ts'
import type { Membership } from '../logic/consensus/membership.ts'
import { isQuorum } from '../logic/consensus/quorum.ts'
import type { Step } from '../logic/replica/step.ts'
import type { Decisions } from './invariants/decisions.ts'
import type { Observer, Running } from './observer.ts'

/** Longer than any simulated replica needs from a proposal to its first write. */
const proposedMs = 10_000

export class Electorate implements Observer {
  readonly #decisions: Decisions
  /** For so many slots after a change the membership before it still counts. */
  readonly #lingerSlots: number
  readonly #gone = new Set<NodeId>()
  /** Up to where each replica has on disk what is chosen. */
  readonly #knownThrough = new Map<NodeId, number>()
  #written: { readonly slot: Slot; readonly membership: Membership }[] = []
  #proposed: { readonly untilMs: number; readonly membership: Membership }[] = []

  constructor(engine: EngineName, decisions: Decisions) {
    this.#decisions = decisions
    this.#lingerSlots = engine === 'paxos' ? paxosWindowSlots : 0
  }

  get gone(): ReadonlySet<NodeId> {
    return this.#gone
  }

  /** `node` never comes back, nor what it had on disk. */
  lose(node: NodeId): void {
    this.#gone.add(node)
  }

  /** `membership` is about to be proposed to some replica. */
  propose(membership: Membership, nowMs: number): void {
    this.#proposed.push({ membership, untilMs: nowMs + proposedMs })
  }

  stepped(_running: Running, { persist }: Step): void {
    for (const write of persist?.log ?? []) {
      if (write.type === 'truncate') continue
      const { firstSlot, values } = write.run
      values.forEach((value, index) => {
        if (value instanceof Uint8Array || value.type !== 'membership') return
        this.#written.push({ slot: slotAfter(firstSlot, index), membership: value.membership })
      })
    }
  }

  wrote(node: NodeId, { hardState, snapshot }: Persist): void {
    const { chosenThrough } = (hardState ?? {}) as { readonly chosenThrough?: unknown }
    const known = typeof chosenThrough === 'number' ? chosenThrough : 0
    const before = this.#knownThrough.get(node) ?? 0
    this.#knownThrough.set(node, Math.max(before, known, snapshot?.through ?? 0))
  }

  /**
   * Whether every membership that may count, and `also`, keeps a quorum when `node` goes too; also if it is an observer
   * and is made a voter before anybody misses it.
   */
  survivesWithout(node: NodeId | null, nowMs: number, also: readonly Membership[] = []): boolean {
    const stays = (voter: NodeId) => voter !== node && !this.#gone.has(voter)
    return [...this.#possible(nowMs), ...also].every(({ voters, observers }) => {
      const promoted = observers.filter(observer => observer === node)
      return isQuorum(voters, stays) && isQuorum([...voters, ...promoted], stays)
    })
  }

  #possible(nowMs: number): readonly Membership[] {
    const { through, membership } = this.#decisions
    this.#written = this.#written.filter(written => written.slot > through)
    this.#proposed = this.#proposed.filter(({ untilMs }) => untilMs > nowMs)
    const former = new Set<Membership>()
    const staying = membership.voters.filter(voter => !this.#gone.has(voter))
    const known = Math.min(through, ...staying.map(voter => this.#knownThrough.get(voter) ?? 0))
    for (let at = Math.max(0, known - this.#lingerSlots) + 1; at <= through; at++) {
      const chosen = this.#decisions.at(slot(at))
      if (chosen !== undefined) former.add(chosen.membership)
    }
    return [membership, ...former, ...[...this.#written, ...this.#proposed].map(each => each.membership)]
  }
}
