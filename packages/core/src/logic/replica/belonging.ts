/**
 * How a replica comes to belong to its ensemble and leaves it: as one that asks, and as the doer that takes in, promotes,
 * replaces and lets go. Says what it would like; the engine decides whether a change is taken. Does not know why a replica
 * leaves.
 */
import type { NodeId } from '../base/ids.ts'
import { joinTicks } from '../base/limits.ts'
import type { EngineInput, EngineStatus } from '../consensus/engine.ts'
import { isMember } from '../consensus/membership.ts'
import type { PeerMessage } from '../wire/envelope.ts'
import { nextChange } from './members.ts'
import { Roster } from './roster.ts'
import type { ToPeer } from './step.ts'

/** About belonging: for the doer, who hears it from anybody. */
export type BelongingMessage = Extract<PeerMessage, { type: 'join' | 'leave' }>

/** What is to be done about it now. */
export interface Wishes {
  readonly inputs: readonly EngineInput<never>[]
  readonly say: readonly ToPeer[]
}

const nothing: Wishes = { inputs: [], say: [] }

export class Belonging {
  readonly #self: NodeId
  readonly #roster: Roster
  #isLeaving = false
  #ticks = 0

  constructor(self: NodeId) {
    this.#self = self
    this.#roster = new Roster(self)
  }

  /** Asks to be taken out, until that is done or this replica ends; not to be undone. */
  leave(status: EngineStatus): Wishes {
    this.#isLeaving = true
    return this.hear({ type: 'leave', node: this.#self }, status)
  }

  /** `peer` has a new connection: whatever it said before, it is there. */
  connected(peer: NodeId): void {
    this.#roster.stay(peer)
  }

  /** A hint that `peer` died: its place is given up soon, unless it comes back. */
  suspect(peer: NodeId): void {
    this.#roster.suspect(peer)
  }

  /** Where this replica is the doer, acts on what it hears; else tells the doer. Whoever asks repeats it. */
  hear(message: BelongingMessage, { doer, membership }: EngineStatus): Wishes {
    const { node } = message
    if (isMember(membership, node) === (message.type === 'join')) return nothing
    if (doer === null) return nothing
    if (doer !== this.#self) return { inputs: [], say: [{ to: doer, message }] }
    switch (message.type) {
      case 'join':
        this.#roster.stay(node)
        return { inputs: [{ type: 'changeMembership', change: { type: 'addObserver', node } }], say: [] }
      case 'leave':
        this.#roster.leave(node)
        return nothing
    }
  }

  /** One tick passes. `connected`: peers with a connection. */
  tick(status: EngineStatus, connected: Iterable<NodeId>): Wishes {
    this.#ticks++
    const asked = this.#ticks % joinTicks === 0 ? this.#ask(status, connected) : nothing
    if (status.doer !== this.#self) {
      this.#roster.rest()
      return asked
    }
    const change = nextChange(this.#roster.tick(status))
    if (change === null || status.changing) return asked
    return { ...asked, inputs: [...asked.inputs, { type: 'changeMembership', change }] }
  }

  /** One that hears of no doer may have been taken out without having heard of it; a member that asks is no news. */
  #ask(status: EngineStatus, connected: Iterable<NodeId>): Wishes {
    const { membership, doer } = status
    const belongs = isMember(membership, this.#self)
    if (this.#isLeaving) return belongs ? this.hear({ type: 'leave', node: this.#self }, status) : nothing
    if (belongs && doer !== null) return nothing
    const message: PeerMessage = { type: 'join', node: this.#self }
    return { inputs: [], say: Array.from(connected, to => ({ to, message })) }
  }
}
