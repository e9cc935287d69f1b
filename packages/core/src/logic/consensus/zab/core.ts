/**
 * What one ZAB node knows, and the roles it plays. What only one role needs exists only in it.
 *
 * An epoch is written as a ballot, {counter: epoch, node: its leader}, also on every entry. An epoch has at most one leader
 * that gets to propose, so that comparing the counters of entries is comparing epochs. The slot is the zxid; it goes on from
 * epoch to epoch without beginning anew.
 *
 * Source: Junqueira, Reed and Serafini, Zab: High-performance broadcast for primary-backup systems (2011), section IV.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Ballot } from '../ballot.ts'
import type { Effects as AnyEffects } from '../effects.ts'
import type { Flow } from '../flow.ts'
import type { Log } from '../log.ts'
import type { Membership } from '../membership.ts'
import type { Snapshots } from '../snapshots.ts'
import type { Value } from '../value.ts'
import type { Message, Notification, Report } from './messages.ts'

export type Effects = AnyEffects<Message>

export interface Core {
  readonly self: NodeId
  readonly random: Random
  /** Durable. The history. Invariant: no holes; epochs never fall from slot to slot; nothing up to `chosenThrough` changes. */
  readonly log: Log
  /** The ballot of the last slot that `log` has forgotten. Moved with it. */
  forgottenBallot: Ballot
  /**
   * Durable, before it is vouched for. The last epoch acknowledged (f.p in the paper): nothing of an earlier one, or of
   * another leader with the same number, is acknowledged any more. Moved by discovery. Invariant: its counter never falls,
   * and no counter is ever accepted from two leaders.
   */
  accepted: Ballot
  /**
   * Durable, never before the initial history of that epoch. The epoch that this history belongs to (f.a in the paper).
   * Moved by NEWLEADER. Invariant: never falls; never above `accepted`.
   */
  current: Ballot
  /** The highest epoch heard of. A hint for the next one. */
  highestSeen: number
  /**
   * Every slot up to here is chosen, and `log` holds it. Moved by history.ts. Stored with the next write, so that the
   * stored one may lag. Invariant: never falls.
   */
  chosenThrough: Slot
  /** In force after `chosenThrough`. Moved with it. */
  membership: Membership
  readonly snapshots: Snapshots
  /** Slots that stay in `log` behind a snapshot. */
  readonly logKeptSlots: number
  /** The latest election seen. Not durable: it only keeps votes apart. Invariant: never falls in one life. */
  round: number
  /** The last session begun. Starts at random in each life, so that sessions of different lives differ. */
  session: number
  role: Role
}

export type Role = Looking | Discovering | Leading | Following

/** Has no leader. A voter takes part in the election; an observer only says whom it would follow. */
export interface Looking {
  readonly role: 'looking'
  readonly contacts: Map<NodeId, Contact>
  vote: NodeId | null
  able: boolean
  /** Does not let itself be elected for so long: it was, and nothing came of it. */
  restTicks: number
  toldTicks: number
  /** Something to tell at the end of the step. */
  tell: boolean
}

/** Who was heard of late by one that looks. */
export interface Contact {
  said: Notification
  silentTicks: number
}

/** Elected, and finding out the epoch and the history that it begins with (phase 1). */
export interface Discovering {
  readonly role: 'discovering'
  /** Who follows, in which session, and what it had accepted. */
  readonly followers: Map<NodeId, { readonly session: number; readonly accepted: Ballot }>
  /** The epoch proposed; null until a quorum follows. */
  ballot: Ballot | null
  /** Who acknowledged `ballot`. */
  readonly reports: Map<NodeId, Report>
  /** Whose history is being taken over. */
  adopting: { readonly from: NodeId; page: number } | null
  ticksLeft: number
  waitedTicks: number
}

/** Has the initial history of its epoch: brings it to the others (phase 2), and then more (phase 3). */
export interface Leading {
  readonly role: 'leading'
  readonly ballot: Ballot
  /** The end of the initial history. */
  readonly initialThrough: Slot
  /** A quorum has acknowledged NEWLEADER, and the initial history is chosen: from here on, it proposes. */
  established: boolean
  /** The end of the history. */
  proposedThrough: Slot
  /** Values that wait for their slot. */
  readonly queue: Value[]
  /** Proposed and not yet chosen. Nothing is proposed after it: who counts for later slots depends on it. */
  changingAt: Slot | null
  readonly peers: Map<NodeId, Progress>
  /** Counts pings. */
  round: number
  roundTicks: number
  /** A ping leaves at the end of this step. */
  roundWanted: boolean
  readonly reads: PendingRead[]
  /** Handing over: proposals wait. */
  transfer: { readonly to: NodeId; ticksLeft: number } | null
}

/** A leader's view of one member, itself included. */
export interface Progress {
  /** The follower's number of the relation; null until it said one. */
  session: number | null
  /** Acknowledged NEWLEADER in this epoch, in some session: `matchedThrough` counts. Invariant: stays. */
  joined: boolean
  /** Acknowledged NEWLEADER in this session: it is sent proposals. */
  synced: boolean
  /** Durable there. Invariant: never falls in one epoch. */
  matchedThrough: Slot
  /** The next slot to send. */
  next: Slot
  /** What is on its way there. */
  readonly flow: Flow
  /** The watermark it was last told. */
  toldThrough: Slot
  /** The highest ping it echoed. */
  round: number
  silentTicks: number
  /** Ticks since the last progress while something is on its way. */
  waitedTicks: number
}

export interface PendingRead {
  readonly id: number
  readonly from: NodeId
  /** Of the asker, echoed in the answer. */
  readonly session: number
  readonly slot: Slot
  /** Confirmed once a quorum echoed this ping. */
  readonly round: number
}

export interface Following {
  readonly role: 'following'
  readonly leader: NodeId
  /** Of this relation. A new connection begins a new one. */
  readonly session: number
  /** The election that brought it here, or a later one heard of since. */
  readonly round: number
  stage: Stage
  silentTicks: number
  /** When `silentTicks` gets here, it looks for another leader. */
  patienceTicks: number
  /** The leader is said to be dead: `patienceTicks` was cut short. */
  suspected: boolean
  /** Ticks since it last said something that wants an answer. */
  waitedTicks: number
}

export type Stage = Greeting | Synchronising | Broadcasting

/** Said followerInfo; waits for newEpoch. */
export interface Greeting {
  readonly stage: 'greeting'
  ticks: number
}

/** Acknowledged `ballot`; its history becomes that of the leader, page by page. */
export interface Synchronising {
  readonly stage: 'synchronising'
  readonly ballot: Ballot
  /** Of the report that is out. */
  page: number
  /** A sync was taken in: this history is the beginning of the leader's. */
  isPrefix: boolean
  /** The end of the initial history, where NEWLEADER came before all of it. */
  newLeader: Slot | null
}

/** Belongs to the epoch. Invariant: `current` is `ballot`, and this history is the beginning of the leader's. */
export interface Broadcasting {
  readonly stage: 'broadcasting'
  readonly ballot: Ballot
  /** The leader is known to propose. */
  upToDate: boolean
  /** The highest ping heard. */
  round: number
}
