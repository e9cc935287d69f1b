/**
 * What one Multi-Paxos node knows, and the roles it plays. Every node is an acceptor and a learner; on top it plays one
 * role at a time, and what only that role needs exists only in it.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 3: one prepare for all slots, then accepts in a pipeline.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Ballot } from '../ballot.ts'
import type { Effects as AnyEffects } from '../effects.ts'
import type { Flow } from '../flow.ts'
import type { Log } from '../log.ts'
import type { Membership } from '../membership.ts'
import type { Accepted } from '../paxos/proposer.ts'
import type { PendingRead } from '../reads.ts'
import type { Snapshots } from '../snapshots.ts'
import type { Value } from '../value.ts'
import type { Message } from './messages.ts'

export type Effects = AnyEffects<Message>

export interface Core {
  readonly self: NodeId
  readonly random: Random
  /** Told apart from this node's earlier ones by those who answer its reads. */
  readonly life: number
  /** Durable. What this acceptor accepted. Invariant: an accepted ballot is never above `promised`. */
  readonly log: Log
  /** Durable. Nothing below it is promised or accepted any more. Moved by prepare and accept. Invariant: never falls. */
  promised: Ballot
  /** The highest ballot heard of. A hint for the next candidacy. Invariant: at least `promised`. */
  highestSeen: Ballot
  /**
   * Every slot up to here is chosen and `log` holds the chosen values. Moved by the learner. Stored with the next
   * write, so that the stored one may lag. Invariant: never falls.
   */
  chosenThrough: Slot
  /** In force after `chosenThrough`. Moved with it. */
  membership: Membership
  /** The latest snapshot, for those who need slots that the log has forgotten; and one on its way here. */
  readonly snapshots: Snapshots
  /** Slots that stay in `log` behind a snapshot. */
  readonly logKeptSlots: number
  role: Role
}

export type Role = Follower | Polling | Preparing | Leader

export interface Follower {
  readonly role: 'follower'
  /** Whose accepts and heartbeats are followed; null when none was heard in this ballot. */
  leader: { readonly node: NodeId; readonly ballot: Ballot } | null
  /** Every slot up to here was accepted in the leader's ballot or is known as chosen. What `accepted` vouches for. */
  matchedThrough: Slot
  /** The highest heartbeat round heard from the leader. */
  round: number
  silentTicks: number
  /** When `silentTicks` gets here, a voter polls. Drawn anew each time. */
  electionTicks: number
  /** The leader is said to be dead: others may be granted a poll before it was silent for long. */
  suspected: boolean
}

/** Asks whether an election would succeed, without disturbing a leader that others still hear. */
export interface Polling {
  readonly role: 'polling'
  readonly ballot: Ballot
  readonly granted: Set<NodeId>
  ticksLeft: number
}

/** Phase 1 under way. */
export interface Preparing {
  readonly role: 'preparing'
  readonly ballot: Ballot
  /** The first slot asked for. */
  readonly from: Slot
  /** To whom the prepare went. */
  readonly asked: Set<NodeId>
  /** Who has reported in full. */
  readonly promises: Set<NodeId>
  /** Of all reports so far the binding one for each slot. */
  readonly found: Map<Slot, Accepted>
  ticksLeft: number
}

export interface Leader {
  readonly role: 'leader'
  readonly ballot: Ballot
  /** The last slot proposed in `ballot`, or chosen before it began. */
  proposedThrough: Slot
  /** The slot of the first value that is new in `ballot`. Once it is chosen, reads may be served. */
  readonly establishedAt: Slot
  /** Values that wait for their slot, recovered ones first. */
  readonly queue: Value[]
  /** Proposed and not yet chosen. Nothing is proposed after it: who counts for later slots depends on it. */
  changingAt: Slot | null
  readonly peers: Map<NodeId, Progress>
  /** Counts heartbeat rounds. */
  round: number
  roundTicks: number
  /** A round begins at the end of this step. */
  roundWanted: boolean
  readonly reads: PendingRead[]
  /** Handing over: proposals wait. */
  transfer: { readonly to: NodeId; ticksLeft: number } | null
}

/** A leader's view of one member, itself included. */
export interface Progress {
  /** It vouched for every slot up to here. Invariant: never falls in one ballot. */
  matchedThrough: Slot
  /** The next slot to send. */
  next: Slot
  /** What is on its way there. */
  readonly flow: Flow
  /** The watermark it was last told. */
  toldThrough: Slot
  /** It has answered in this ballot; until then `matchedThrough` says nothing. */
  heard: boolean
  /** The highest round it echoed. */
  round: number
  silentTicks: number
  /** Ticks since the last progress while something is on its way. */
  waitedTicks: number
}
