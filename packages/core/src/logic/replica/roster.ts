/**
 * What the doer knows of each member over time: who is here, who is gone, who has been fit to vote for how long, who said
 * that it leaves. Local, begins anew with each doer. Decides nothing: members.ts does.
 */
import type { NodeId } from '../base/ids.ts'
import {
  observerGoneTicks,
  promotionLagMax,
  promotionSilentTicksMax,
  promotionSteadyTicks,
  suspectGoneTicks,
  voterGoneTicks,
  votersWanted,
} from '../base/limits.ts'
import type { EngineStatus } from '../consensus/engine.ts'
import type { EnsembleView, MemberView } from './members.ts'

export class Roster {
  readonly #self: NodeId
  /** For how many ticks in a row this replica has been the doer: what it says of silence before is nothing that it heard. */
  #ticks = 0
  /** For how many ticks in a row each member has been fit to vote. */
  #fitTicks = new Map<NodeId, number>()
  /** Who asked to be taken out, and has not been heard of otherwise since. */
  readonly #leaving = new Set<NodeId>()
  /** Of whom there is a hint that they died: gone soon, unless they come back at once. */
  readonly #suspects = new Set<NodeId>()

  constructor(self: NodeId) {
    this.#self = self
  }

  /** `node` asks to be taken out and waits for it. */
  leave(node: NodeId): void {
    this.#leaving.add(node)
  }

  /** A hint that `node` died. */
  suspect(node: NodeId): void {
    this.#suspects.add(node)
  }

  /** `node` is there to stay. */
  stay(node: NodeId): void {
    this.#leaving.delete(node)
    this.#suspects.delete(node)
  }

  /** Another is the doer: what was seen is old. */
  rest(): void {
    this.#ticks = 0
    this.#fitTicks.clear()
  }

  /** One tick passes under `status`, which is the doer's. */
  tick(status: EngineStatus): EnsembleView {
    this.#ticks++
    const { membership, peers, chosenThrough } = status
    const before = this.#fitTicks
    this.#fitTicks = new Map()
    const seen = new Map(peers.map(peer => [peer.node, peer]))
    const view = (node: NodeId, goneTicks: number): MemberView => {
      const peer = seen.get(node)
      const isSelf = node === this.#self
      const silentTicks = isSelf ? 0 : (peer?.silentTicks ?? 0)
      const isLeaving = this.#leaving.has(node)
      // A peer counts as just heard when it is first listed, so whether it is there shows a little later.
      const isListed = peer !== undefined && this.#ticks > promotionSilentTicksMax
      const isHeard = isSelf || (isListed && silentTicks <= promotionSilentTicksMax)
      const isNear = peer !== undefined && chosenThrough - peer.matchedThrough <= promotionLagMax
      const isClose = isHeard && isNear && !isLeaving
      const fitTicks = isClose ? (before.get(node) ?? 0) + 1 : 0
      this.#fitTicks.set(node, fitTicks)
      const patienceTicks = this.#suspects.has(node) ? suspectGoneTicks : goneTicks
      return {
        node,
        isHeard,
        isHere: isHeard && !isLeaving,
        isGone: isLeaving || silentTicks >= patienceTicks,
        isClose,
        isFit: fitTicks >= promotionSteadyTicks,
      }
    }
    return {
      self: this.#self,
      voters: membership.voters.map(node => view(node, voterGoneTicks)),
      observers: membership.observers.map(node => view(node, observerGoneTicks)),
      votersWanted,
    }
  }
}
