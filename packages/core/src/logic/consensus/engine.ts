/**
 * The contract of the consensus engines. An engine is a state machine without a world: inputs go in, one output comes
 * out, nothing waits and nothing is called back. Everything it may remember over a crash it asks to persist; every
 * message that vouches for durable state (promise, accepted, vote, ack) stands in `sendAfterPersist`, also those to
 * itself: a node's own vote counts when it comes back as a message, after the write.
 *
 * Knows slots, ballots, values and members. Knows nothing of the tree, of sessions, of transports or of real time.
 */
import type { NodeId, Slot } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import type { Ballot } from './ballot.ts'
import type { EngineName } from './engine-names.ts'
import type { Membership, MembershipChange } from './membership.ts'
import type { Run, Value } from './value.ts'

export type { EngineName }

export type EngineInput<Message> =
  /** Time passes. */
  | { readonly type: 'tick' }
  /** From a member or would-be member; may be lost, repeated, reordered. `from` may be the node itself. */
  | { readonly type: 'message'; readonly from: NodeId; readonly message: Message }
  /** A new connection to `peer`: what was on its way over an earlier one may be lost. */
  | { readonly type: 'connected'; readonly peer: NodeId }
  /** A hint that `peer` is dead. May be wrong: it may hasten an election, never decide one. */
  | { readonly type: 'suspect'; readonly peer: NodeId }
  /** Commands to agree on, in this order. Only where `status().proposer` is the node itself; else they are dropped. */
  | { readonly type: 'propose'; readonly commands: readonly Uint8Array[] }
  /** One change of the membership. Dropped when another is under way or it does not fit; ask again later. */
  | { readonly type: 'changeMembership'; readonly change: MembershipChange }
  /** Asks for a slot that is at least as late as everything chosen before this input. Answered in `reads`, or never. */
  | { readonly type: 'read'; readonly id: number }
  /** Slots up to `snapshot.through` are in the snapshot: the engine may forget them. */
  | { readonly type: 'compact'; readonly snapshot: Snapshot }
  /** Hands leadership to `to`, where the protocol has one. */
  | { readonly type: 'transfer'; readonly to: NodeId }

export interface EngineOutput<Message> {
  /** Leave at once. */
  readonly send: readonly Outgoing<Message>[]
  /** To be durable before `sendAfterPersist` leaves; null when there is nothing to write. */
  readonly persist: Persist | null
  readonly sendAfterPersist: readonly Outgoing<Message>[]
  /** Chosen values, each slot once, in slot order without a gap. */
  readonly decided: readonly Decided[]
  /** Answers to `read` inputs: a read that waits until `slot` is applied sees all that was chosen before it was asked. */
  readonly reads: readonly { readonly id: number; readonly slot: Slot }[]
  /**
   * A state that replaces what is applied here, before `decided`: from storage at the start, or from a peer when this node
   * was too far behind to be sent the log.
   */
  readonly install: Snapshot | null
}

export interface Outgoing<Message> {
  readonly to: NodeId
  readonly message: Message
}

export interface Decided {
  readonly slot: Slot
  readonly value: Value
}

/** The applied state at a slot, with what consensus needs to go on from there. */
export interface Snapshot {
  /** The last slot in it. */
  readonly through: Slot
  /** The membership in force after `through`. Replaces the local one. */
  readonly membership: Membership
  /** Opaque here. */
  readonly state: Uint8Array
}

/** One atomic, durable write. */
export interface Persist {
  /** Replaces the engine's small record: ballots or terms, watermark. A plain value that a codec can carry. */
  readonly hardState: unknown
  /** Changes of the log, in order. */
  readonly log: readonly LogWrite[]
  /** Replaces the stored snapshot; log rows that lie wholly at or before `through` go with the same write. */
  readonly snapshot: Snapshot | null
}

export type LogWrite =
  /** The slots of the run hold these values now; later writes win over earlier ones. */
  | { readonly type: 'append'; readonly run: Run }
  /** Nothing is in the log from this slot on. */
  | { readonly type: 'truncate'; readonly from: Slot }

/** What the storage gave back: everything whose write was completed, and perhaps one write whose answer was never seen. */
export interface Recovered {
  /** Null in fresh storage. Untrusted: the engine parses it. */
  readonly hardState: unknown
  readonly log: readonly LogWrite[]
  readonly snapshot: Snapshot | null
}

export interface EngineStatus {
  readonly role: 'leader' | 'candidate' | 'follower' | 'observer'
  /** Who leads, as far as this node knows. Null in a leaderless protocol and while none is known. */
  readonly leader: NodeId | null
  /** Whom to hand commands to: the node itself when it can propose; null while nobody can. */
  readonly proposer: NodeId | null
  /**
   * Who does what one replica should do for all: expires silent sessions, takes in and promotes members. The leader, where
   * there is one. A hint: two nodes may each take themselves for it, and what they propose is checked when applied.
   */
  readonly doer: NodeId | null
  /** The ballot (term, epoch) that this node is in. */
  readonly ballot: Ballot
  /** Everything up to here is chosen, and was given out in `decided` or in a snapshot. */
  readonly chosenThrough: Slot
  /** As of `chosenThrough`. */
  readonly membership: Membership
  /** Some slot that this node does not know as chosen may count its vote, whether it is still a member or not. */
  readonly isCounted: boolean
  /** A membership change is under way, or this node cannot propose one: another would be dropped. */
  readonly changing: boolean
  /** What the doer knows of the others, to show and to decide on promotions. Empty elsewhere. */
  readonly peers: readonly PeerStatus[]
}

export interface PeerStatus {
  readonly node: NodeId
  /** It has everything up to here. */
  readonly matchedThrough: Slot
  /** Ticks since it was last heard. */
  readonly silentTicks: number
}

export interface Engine<Message> {
  /** Handles `inputs` in order. Throws InvariantError on a breach: the replica stops for good. */
  step(inputs: readonly EngineInput<Message>[]): EngineOutput<Message>
  status(): EngineStatus
  /**
   * What this node has accepted in the slots behind `chosenThrough`, up to the first gap. Some of it may be chosen: what
   * this node had been told so, before it was started again, and not written; and what those decided that are lost.
   */
  held(): readonly Value[]
  /**
   * Whether `message`, of this engine's own, only says where it stands, so that a later one to the same receiver says all that
   * it does: it may come a little later, and all but the last may be left out.
   */
  isRoutine(message: Message): boolean
  /**
   * Everything that decides how this engine goes on, for the model checker to tell states apart: values, arrays, objects,
   * maps, sets, and what has a `toJSON`. Not to be changed.
   */
  inspect(): unknown
}

export interface EngineConfig {
  readonly self: NodeId
  /** Whom the ensemble was founded with: the founder itself at the founder, nobody at one that joins. */
  readonly founders: readonly NodeId[]
  readonly random: Random
  readonly recovered: Recovered
  /** Slots kept in memory behind a snapshot; `logKeptSlots` of limits.ts where nothing is said. */
  readonly logKeptSlots?: number
}

/** One protocol, as the registry lists it. */
export interface EngineKind<Message> {
  readonly name: EngineName
  /** Throws InvariantError when `recovered` cannot be: the replica does not start. */
  create(config: EngineConfig): Engine<Message>
  /**
   * The first write of the storage of a new ensemble's one voter, whose log begins behind `snapshot`: what is recovered
   * from it is a node that has promised, voted and accepted nothing, to which the slots up to `snapshot.through` are
   * chosen. `snapshot.membership` names that one voter. Ballots begin anew: no message of an earlier ensemble is heard.
   */
  genesis(snapshot: Snapshot): Persist
  /** A message from outside, or null when it is none of this protocol. */
  parseMessage(value: unknown): Message | null
}

/** An engine of which only the contract is known: its messages are opaque outside. */
export type AnyEngineKind = EngineKind<unknown>
