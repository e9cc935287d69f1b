/**
 * What replicas say to each other under Multi-Paxos.
 *
 *   candidate            voter                 leader             voter, observer
 *      | poll              |                      | accept(run)          |
 *      |------------------>|                      |--------------------->|  writes
 *      |         pollReply |                      |            accepted  |
 *      |<------------------|                      |<---------------------|
 *      | prepare(from)     |                      | chosen               |
 *      |------------------>|  writes              |--------------------->|  applies
 *      |    promise(runs)  |                      | heartbeat(round)     |
 *      |<------------------|                      |--------------------->|
 *      | = leader          |                      |     accepted(round)  |
 *                                                 |<---------------------|
 *
 * `accepted` is cumulative. Any prepare or accept of a ballot that is too low is answered by `refused`.
 * Reads are answered as reads.ts says, snapshots travel as snapshots.ts says.
 */
import { isCounter, type Slot, slot } from '../../base/ids.ts'
import { type Ballot, parseBallot } from '../ballot.ts'
import { parseReadMessage, type ReadMessage } from '../reads.ts'
import { parseSnapshotMessage, type SnapshotMessage } from '../snapshots.ts'
import { parseRun, type Run } from '../value.ts'

export type Message =
  /** Would you promise `ballot`? Changes nothing at the receiver. */
  | { readonly type: 'poll'; readonly ballot: Ballot }
  /** `promised`: the highest ballot the sender knows of, for the next try. */
  | {
      readonly type: 'pollReply'
      readonly ballot: Ballot
      readonly granted: boolean
      readonly promised: Ballot
    }
  /** Phase 1a for all slots from `from` on. Sent again with a later `from` to turn the page of a long promise. */
  | { readonly type: 'prepare'; readonly ballot: Ballot; readonly from: Slot }
  /**
   * Phase 1b: what the sender accepted in slots `from` .. `through`. `complete` when it accepted nothing after
   * `through`.
   */
  | {
      readonly type: 'promise'
      readonly ballot: Ballot
      readonly from: Slot
      readonly through: Slot
      readonly complete: boolean
      readonly runs: readonly Run[]
    }
  /** Phase 2a for the slots of `run`, whose ballot is the leader's. Everything up to `chosenThrough` is chosen. */
  | { readonly type: 'accept'; readonly run: Run; readonly chosenThrough: Slot }
  /**
   * Phase 2b, cumulative: the sender accepted in `ballot`, or knows as chosen, every slot up to `through`. Echoes the
   * highest `round` heard.
   */
  | { readonly type: 'accepted'; readonly ballot: Ballot; readonly through: Slot; readonly round: number }
  | { readonly type: 'chosen'; readonly ballot: Ballot; readonly chosenThrough: Slot }
  /** The leader lives. Who echoes `round` still took it for the leader after the round began. */
  | {
      readonly type: 'heartbeat'
      readonly ballot: Ballot
      readonly chosenThrough: Slot
      readonly round: number
    }
  /** The sender has promised `promised`, which is above the ballot of what it answers. */
  | { readonly type: 'refused'; readonly promised: Ballot }
  /** The leader asks this voter to take over now. */
  | { readonly type: 'campaign'; readonly ballot: Ballot }
  | ReadMessage
  | SnapshotMessage

type Fields = { readonly [key: string]: unknown }

/** A message from outside, or null. Extra fields are dropped. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = value as Fields
  const type = fields['type']
  switch (type) {
    case 'accept':
      return parseAccept(fields)
    case 'promise':
      return parsePromise(fields)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return parseSnapshotMessage(fields)
    case 'refused': {
      const promised = parseBallot(fields['promised'])
      return promised && { type, promised }
    }
    case 'read':
    case 'readReply':
      return parseReadMessage(fields)
    default:
      return parseOfBallot(fields)
  }
}

function parseOfBallot(fields: Fields): Message | null {
  const { type, round, chosenThrough, through, from, granted } = fields as { [key: string]: unknown }
  const ballot = parseBallot(fields['ballot'])
  if (ballot === null) return null
  switch (type) {
    case 'poll':
    case 'campaign':
      return { type, ballot }
    case 'pollReply': {
      const promised = parseBallot(fields['promised'])
      return promised && typeof granted === 'boolean' ? { type, ballot, granted, promised } : null
    }
    case 'prepare':
      return isCounter(from) && from > 0 ? { type, ballot, from: slot(from) } : null
    case 'accepted':
      return isCounter(through) && isCounter(round) ? { type, ballot, through: slot(through), round } : null
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

function parseAccept(fields: Fields): Message | null {
  const run = parseRun(fields['run'])
  const chosenThrough = fields['chosenThrough']
  return run && isCounter(chosenThrough) ? { type: 'accept', run, chosenThrough: slot(chosenThrough) } : null
}

function parsePromise(fields: Fields): Message | null {
  const { from, through, complete, runs } = fields as { [key: string]: unknown }
  const ballot = parseBallot(fields['ballot'])
  if (!ballot || !isCounter(from) || !isCounter(through) || typeof complete !== 'boolean') return null
  if (!Array.isArray(runs)) return null
  const parsed: Run[] = []
  for (const each of runs) {
    const run = parseRun(each)
    if (run === null) return null
    parsed.push(run)
  }
  return { type: 'promise', ballot, from: slot(from), through: slot(through), complete, runs: parsed }
}
