/**
 * What replicas say to each other under Raft. `ballot` is the sender's term with its leader or candidate, but in answers
 * that of what is answered.
 *
 *   candidate            voter                 leader             voter, observer
 *      | preVote             |                      | append(prev, runs)   |
 *      |-------------------->|                      |--------------------->|  writes
 *      |        preVoteReply |                      |             appended |
 *      |<--------------------|                      |<---------------------|
 *      | requestVote         |                      | chosen               |
 *      |-------------------->|  writes              |--------------------->|  applies
 *      |                vote |                      | heartbeat(round)     |
 *      |<--------------------|                      |--------------------->|
 *      | = leader            |                      |      appended(round) |
 *                                                   |<---------------------|
 *
 * `appended` is cumulative. Who cannot place an append answers `mismatched`; who is in a later term, `refused`.
 * Reads are answered as reads.ts says, snapshots travel as snapshots.ts says.
 */
import { isCounter, type Slot, slot } from '../../base/ids.ts'
import { type Ballot, parseBallot } from '../ballot.ts'
import { parseReadMessage, type ReadMessage } from '../reads.ts'
import { parseSnapshotMessage, type SnapshotMessage } from '../snapshots.ts'
import { lastSlotOf, parseRun, type Run } from '../value.ts'

/** An entry of a log without its value: names all of the log up to it. */
export interface Place {
  readonly slot: Slot
  readonly ballot: Ballot
}

export type Message =
  /** Would you vote for the sender in `ballot`? Changes nothing at the receiver. `end`: of the sender's log. */
  | { readonly type: 'preVote'; readonly ballot: Ballot; readonly end: Place }
  | {
      readonly type: 'preVoteReply'
      readonly ballot: Ballot
      readonly granted: boolean
      readonly term: number
    }
  /** `transfer`: the leader itself asked for this election. */
  | {
      readonly type: 'requestVote'
      readonly ballot: Ballot
      readonly end: Place
      readonly transfer: boolean
    }
  /** The sender has voted for the node of `ballot` in its term. */
  | { readonly type: 'vote'; readonly ballot: Ballot }
  /** The leader's log goes on behind `prev` with `runs`; perhaps with none. */
  | {
      readonly type: 'append'
      readonly ballot: Ballot
      readonly prev: Place
      readonly runs: readonly Run[]
      readonly chosenThrough: Slot
    }
  /**
   * Cumulative: the sender's log is the leader's up to `through`, or chosen, and on disk. Echoes the highest `round`
   * heard.
   */
  | { readonly type: 'appended'; readonly ballot: Ballot; readonly through: Slot; readonly round: number }
  /** The sender does not hold `prevSlot` as the leader does. Its log may match up to `hint`, not beyond. */
  | {
      readonly type: 'mismatched'
      readonly ballot: Ballot
      readonly prevSlot: Slot
      readonly hint: Place
    }
  | { readonly type: 'chosen'; readonly ballot: Ballot; readonly chosenThrough: Slot }
  /** The leader lives. Who echoes `round` still took it for the leader after the round began. */
  | {
      readonly type: 'heartbeat'
      readonly ballot: Ballot
      readonly chosenThrough: Slot
      readonly round: number
    }
  /** The sender is in `term`, which is later than that of what it answers. */
  | { readonly type: 'refused'; readonly term: number }
  /** The leader asks this voter to stand now. */
  | { readonly type: 'timeoutNow'; readonly ballot: Ballot }
  | ReadMessage
  | SnapshotMessage

type Fields = { readonly [key: string]: unknown }

/** A message from outside, or null. Extra fields are dropped. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = value as Fields
  const { type, term } = fields
  switch (type) {
    case 'append':
      return parseAppend(fields)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return parseSnapshotMessage(fields)
    case 'refused':
      return isCounter(term) ? { type, term } : null
    case 'read':
    case 'readReply':
      return parseReadMessage(fields)
    default:
      return parseOfBallot(fields)
  }
}

function parseOfBallot(fields: Fields): Message | null {
  const { type, granted, term, transfer, through, round, prevSlot, chosenThrough } = fields
  const ballot = parseTerm(fields['ballot'])
  if (ballot === null) return null
  switch (type) {
    case 'preVote': {
      const end = parsePlace(fields['end'])
      return end && { type, ballot, end }
    }
    case 'preVoteReply':
      return typeof granted === 'boolean' && isCounter(term) ? { type, ballot, granted, term } : null
    case 'requestVote': {
      const end = parsePlace(fields['end'])
      return end && typeof transfer === 'boolean' ? { type, ballot, end, transfer } : null
    }
    case 'vote':
    case 'timeoutNow':
      return { type, ballot }
    case 'appended':
      return isCounter(through) && isCounter(round) ? { type, ballot, through: slot(through), round } : null
    case 'mismatched': {
      const hint = parsePlace(fields['hint'])
      return hint && isCounter(prevSlot) && hint.slot < prevSlot
        ? { type, ballot, prevSlot: slot(prevSlot), hint }
        : null
    }
    case 'chosen':
      return isCounter(chosenThrough) ? { type, ballot, chosenThrough: slot(chosenThrough) } : null
    case 'heartbeat':
      return isCounter(chosenThrough) && isCounter(round)
        ? { type, ballot, chosenThrough: slot(chosenThrough), round }
        : null
    default:
      return null
  }
}

/** Terms in use begin at 1. */
function parseTerm(value: unknown): Ballot | null {
  const ballot = parseBallot(value)
  return ballot !== null && ballot.counter > 0 ? ballot : null
}

function parsePlace(value: unknown): Place | null {
  if (typeof value !== 'object' || value === null) return null
  const { slot: at, ballot } = value as Fields
  const parsed = parseBallot(ballot)
  return parsed && isCounter(at) ? { slot: slot(at), ballot: parsed } : null
}

/** Runs follow `prev` and each other without a gap, and are of no later term than the sender's. */
function parseAppend(fields: Fields): Message | null {
  const { runs, chosenThrough } = fields
  const ballot = parseTerm(fields['ballot'])
  const prev = parsePlace(fields['prev'])
  if (ballot === null || prev === null || !isCounter(chosenThrough) || !Array.isArray(runs)) return null
  const parsed: Run[] = []
  let end = prev
  for (const each of runs) {
    const run = parseRun(each)
    if (run === null || run.firstSlot !== end.slot + 1) return null
    if (run.ballot.counter < end.ballot.counter || run.ballot.counter > ballot.counter) return null
    parsed.push(run)
    end = { slot: lastSlotOf(run), ballot: run.ballot }
  }
  return { type: 'append', ballot, prev, runs: parsed, chosenThrough: slot(chosenThrough) }
}
