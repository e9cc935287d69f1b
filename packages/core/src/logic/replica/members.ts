/**
 * Which membership change a leader should ask for next: a pure rule from what it knows to one change or none. Whether
 * the change is taken is the engine's decision.
 *
 * Counts stay odd: an observer is promoted only when enough are ready to reach the next odd number, so that a second
 * replica never makes the first depend on it.
 */
import type { NodeId, Slot } from '../base/ids.ts'
import { promotionLagMax, promotionSilentTicksMax, promotionSteadyTicks } from '../base/limits.ts'
import type { EngineStatus, PeerStatus } from '../consensus/engine.ts'
import type { MembershipChange } from '../consensus/membership.ts'

export interface Candidates {
  readonly voters: number
  /** Observers that have been close and heard for long enough, sorted by id. */
  readonly ready: readonly NodeId[]
  readonly votersWanted: number
}

export function nextChange({ voters, ready, votersWanted }: Candidates): MembershipChange | null {
  const [first] = ready
  if (first === undefined || voters >= votersWanted) return null
  const nextOdd = voters % 2 === 0 ? voters + 1 : voters + 2
  return voters + ready.length >= nextOdd ? { type: 'promote', node: first } : null
}

/** For how long each observer has been fit to vote, as the leader sees it. */
export class Steadiness {
  readonly #ticks = new Map<NodeId, number>()

  /** One tick passes under `status`, which is a leader's. */
  tick({ membership, peers, chosenThrough }: EngineStatus): void {
    const fit = peers.filter(peer => membership.observers.includes(peer.node) && isFit(peer, chosenThrough))
    const before = new Map(this.#ticks)
    this.#ticks.clear()
    for (const { node } of fit) this.#ticks.set(node, (before.get(node) ?? 0) + 1)
  }

  ready(): readonly NodeId[] {
    return [...this.#ticks].filter(([, ticks]) => ticks >= promotionSteadyTicks).map(([node]) => node)
  }
}

const isFit = (peer: PeerStatus, chosenThrough: Slot): boolean =>
  peer.silentTicks <= promotionSilentTicksMax && chosenThrough - peer.matchedThrough <= promotionLagMax
