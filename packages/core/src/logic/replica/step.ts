/**
 * The one value that logic returns, and the order in which the host performs it: `deliver`, `send`, `persist`,
 * `sendAfterPersist`. What is delivered is chosen, hence durable at a quorum, and need not wait for this replica's own
 * write; what vouches for that write does. The next step may be taken while the write is on its way.
 */
import type { NodeId } from '../base/ids.ts'
import type { Decided, Persist } from '../consensus/engine.ts'
import type { PeerMessage } from '../wire/envelope.ts'
import type { ClientEvent, ClientId } from './event.ts'

export interface ToPeer {
  readonly to: NodeId
  readonly message: PeerMessage
}

export interface ToClient {
  readonly client: ClientId
  readonly event: ClientEvent
}

export interface Step {
  /** Leave at once, in this order. Those to the replica itself come back as its next event. */
  readonly send: readonly ToPeer[]
  /** In this order: an event stands before every answer that could reveal its change. */
  readonly deliver: readonly ToClient[]
  /** To be durable before `sendAfterPersist`, and after everything that earlier steps persist. */
  readonly persist: Persist | null
  readonly sendAfterPersist: readonly ToPeer[]
  /** What was decided, for people to see. Chosen already: nothing waits on it. */
  readonly decided: readonly Decided[]
}
