/**
 * What one Raft node knows, and the roles it plays. What only one role needs exists only in it.
 *
 * A term is written as the ballot of its leader: {counter: term, node: leader}. A term has one leader at most, so that
 * comparing ballots of entries is comparing terms.
 *
 * Source: Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (2014), figure 2.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Ballot } from '../ballot.ts'
import type { Effects as AnyEffects } from '../effects.ts'
import type { Flow } from '../flow.ts'
import type { Log } from '../log.ts'
import type { PendingRead } from '../reads.ts'
import type { Snapshots } from '../snapshots.ts'
import type { Value } from '../value.ts'
import type { Configurations } from './configurations.ts'
import type { Message } from './messages.ts'

export type Effects = AnyEffects<Message>

export interface Core {
  readonly self: NodeId
  readonly random: Random
  /** Told apart from this node's earlier ones by those who answer its reads. */
  readonly life: number
  /** Slots that stay in `log` behind a snapshot. */
  readonly logKeptSlots: number
  /** Durable. Invariant: no holes; ballots never fall from slot to slot; nothing up to `chosenThrough` changes. */
  readonly log: Log
  /** The ballot of the last slot that `log` has forgotten. Moved with it. */
  forgottenBallot: Ballot
  /** Durable. The latest term heard of. Moved by term.ts. Invariant: never falls. */
  term: number
  /** Durable. Who got this node's vote in `term`. Invariant: set once in a term. */
  votedFor: NodeId | null
  /**
   * The commit index: every slot up to here is chosen and `log` holds the chosen values. Moved by entries.ts. Stored
   * with the next write, so that the stored one may lag. Invariant: never falls.
   */
  chosenThrough: Slot
  /** What the log says of the membership. Moved with the log and with `chosenThrough`. */
  readonly configurations: Configurations
  /** The latest snapshot, for those who need slots that the log has forgotten; and one on its way here. */
  readonly snapshots: Snapshots
  role: Role
}

export type Role = Follower | PreCandidate | Candidate | Leader

export interface Follower {
  readonly role: 'follower'
  /** Whose entries are taken in this term; null while none was heard. Invariant: set once in a term. */
  leader: Ballot | null
  /** Up to here this log is the leader's, or chosen. What `appended` vouches for. Invariant: never falls in one term. */
  matchedThrough: Slot
  /** The highest heartbeat round heard from the leader. */
  round: number
  silentTicks: number
  /** When `silentTicks` gets here, a voter asks for pre-votes. Drawn anew each time. */
  electionTicks: number
  /** The leader is said to be dead: others may be granted votes before it was silent for long. */
  suspected: boolean
}

/** Asks whether an election would succeed, without raising anybody's term. */
export interface PreCandidate {
  readonly role: 'preCandidate'
  readonly ballot: Ballot
  readonly granted: Set<NodeId>
  ticksLeft: number
}

/** Asks for votes in `core.term`. */
export interface Candidate {
  readonly role: 'candidate'
  readonly ballot: Ballot
  readonly votes: Set<NodeId>
  ticksLeft: number
}

export interface Leader {
  readonly role: 'leader'
  readonly ballot: Ballot
  /** The slot of the first entry of this term. Once it is chosen, reads are served and the membership may change. */
  readonly establishedAt: Slot
  /** Values that wait for their slot. */
  readonly queue: Value[]
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
  /** It vouched that its log is the leader's up to here. Invariant: never falls in one term. */
  matchedThrough: Slot
  /** The next slot to send. Invariant: above `matchedThrough`. */
  next: Slot
  /** Where the logs part is not known: one append at a time until one fits. */
  probing: boolean
  /** While probing: an append, or a snapshot, that ends here is on its way; null when nothing is. */
  probed: Slot | null
  /** What is on its way there. */
  readonly flow: Flow
  /** The watermark it was last told. */
  toldThrough: Slot
  /** The highest round it echoed. */
  round: number
  silentTicks: number
  /** Ticks since the last progress while something is on its way. */
  waitedTicks: number
}
