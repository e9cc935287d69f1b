/**
 * What one node of leaderless Paxos knows. Every voter is proposer, acceptor and learner at once; observers only learn.
 * There is no leader and no election: a proposer that has something to say runs both phases for the slots it wants.
 *
 * Source: Lamport, Paxos Made Simple (2001), sections 2 and 3: a separate instance of the algorithm for each slot.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import { slotAfter } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { type Ballot, compareBallots, nextBallot, noBallot, sameBallot } from '../ballot.ts'
import type { Effects as AnyEffects } from '../effects.ts'
import type { Log } from '../log.ts'
import { isVoter, type MembershipChange } from '../membership.ts'
import type { Snapshots } from '../snapshots.ts'
import type { Run } from '../value.ts'
import type { BallotRanges } from './ballot-ranges.ts'
import type { Governance } from './governance.ts'
import type { Message } from './messages.ts'
import type { Accepted } from './proposer.ts'

export type Effects = AnyEffects<Message>

/** Stands for every ballot at once: a slot of the log under it is known as chosen. Nobody proposes in it. */
export const chosenBallot: Ballot = { ...noBallot, counter: Number.MAX_SAFE_INTEGER }

export const isChosen = (entry: Accepted | undefined): boolean =>
  entry !== undefined && sameBallot(entry.ballot, chosenBallot)

/** Ballots that are reserved with one write. */
const ballotsReserved = 256

export interface Core {
  readonly self: NodeId
  readonly random: Random
  /**
   * Durable: maxVBal and maxVal of each slot, or, under `chosenBallot`, its chosen value. What was accepted here and
   * became known as chosen may stand under its old ballot on disk.
   */
  readonly log: Log
  /**
   * Durable: with the ballots of `log` the maxBal of each slot that is not chosen. Invariant: never falls; nothing below
   * it is promised or accepted.
   */
  readonly promises: BallotRanges
  /**
   * Every slot up to here is chosen and was given out. Moved by the learner. Stored with the next write, so that the
   * stored one may lag. Invariant: never falls.
   */
  chosenThrough: Slot
  /**
   * Durable: this node has used no counter above it. Raised ahead of use, many at a time; what uses a ballot leaves
   * after that write. Invariant: never falls.
   */
  reservedCounter: number
  /** The highest counter used here or heard of. Invariant: above every counter that this node used in any life. */
  counter: number
  readonly governance: Governance
  readonly snapshots: Snapshots
  /** Slots that stay in `log` behind a snapshot. */
  readonly logKeptSlots: number
  readonly proposer: Proposer
  /** Quorum reads that wait. */
  reads: ReadRound[]
  /** Reads that came in this step. */
  readonly newReads: number[]
  readonly peers: Map<NodeId, Peer>
  readonly pace: Pace
}

export interface Proposer {
  /** Commands that wait for a slot, in their order. */
  readonly queue: Uint8Array[]
  change: MembershipChange | null
  /** By slot: own commands that were proposed there, and whose fate is not known. Ascending within one attempt. */
  readonly placed: Map<Slot, Uint8Array>
  /** By slot: who is at work there, as far as heard. A hint: it keeps proposers out of each other's way. */
  readonly claims: BallotRanges
  attempt: Attempt | null
  /** Attempts in a row that were refused. */
  failures: number
}

export type Attempt = Preparing | Accepting

interface AnyAttempt {
  readonly ballot: Ballot
  readonly first: Slot
  /** Falls when a promise had no room for all that it had to report. */
  last: Slot
  /** Who counts for every slot of it. */
  readonly voters: readonly NodeId[]
  readonly refused: Set<NodeId>
  waitedTicks: number
  /** Some slot of it was chosen otherwise. */
  spoiled: boolean
}

/** Phase 1 under way. */
export interface Preparing extends AnyAttempt {
  readonly phase: 'preparing'
  readonly promised: Set<NodeId>
  /** Of all reports so far the binding one for each slot. */
  readonly found: Map<Slot, Accepted>
}

/** Phase 2 under way. */
export interface Accepting extends AnyAttempt {
  readonly phase: 'accepting'
  readonly run: Run
  /** Who accepted it, in this ballot. */
  readonly accepted: Set<NodeId>
}

/** Reads that came together, and the question that was asked for them. */
export interface ReadRound {
  readonly ids: readonly number[]
  readonly round: Ballot
  /** Known as chosen when the question left. */
  readonly askedAt: Slot
  /** What each voter said; all of these memberships need a quorum. */
  readonly answers: Map<NodeId, Slot>
  waitedTicks: number
}

/** Another member, as its heartbeats show it. */
export interface Peer {
  chosenThrough: Slot
  silentTicks: number
  /** Said to be dead since it was last heard. */
  suspected: boolean
  hears: readonly NodeId[]
  able: boolean
  lowest: NodeId | null
}

/** Counts of ticks; nothing here is needed for safety. */
export interface Pace {
  heartbeatTicks: number
  /** Ticks until the next attempt, after one that was refused. */
  backoffTicks: number
  /** Ticks since `chosenThrough` moved while something lies beyond it. */
  blockedTicks: number
  /** When `blockedTicks` gets here, the slots that block are finished by this node. */
  patienceTicks: number
  /** Somebody is said to be dead since `chosenThrough` moved: patience is short, once. */
  isHurried: boolean
  /** How often it was finished in vain. */
  blockedTimes: number
  /** The slots that block are finished next. */
  finishes: boolean
  /** Somebody knows more than is known here. */
  ahead: { readonly node: NodeId; readonly through: Slot } | null
  behindTicks: number
}

/** The highest ballot that this acceptor promised or accepted in `at`. */
export function maxBallot(core: Core, at: Slot): Ballot {
  const promised = core.promises.at(at)
  const accepted = core.log.at(at)?.ballot ?? noBallot
  return compareBallots(accepted, promised) > 0 ? accepted : promised
}

export const nextSlot = (core: Core): Slot => slotAfter(core.chosenThrough)

/** Whether this node votes in the slot after the chosen ones. */
export const isVoterHere = (core: Core): boolean => isVoter(core.governance.at(nextSlot(core)), core.self)

/** A ballot that was never used before. Whatever uses it leaves by `sendAfterPersist`: its reservation may be on its way. */
export function mint(core: Core, effects: Effects): Ballot {
  const ballot = nextBallot({ counter: core.counter, node: core.self }, core.self)
  core.counter = ballot.counter
  if (core.counter > core.reservedCounter) {
    core.reservedCounter = core.counter + ballotsReserved
    effects.saveHardState()
  }
  return ballot
}

/** A ballot of another was heard of: the next own one is above it. */
export function noticeBallot(core: Core, { counter }: Ballot): void {
  if (counter !== chosenBallot.counter) core.counter = Math.max(core.counter, counter)
}
