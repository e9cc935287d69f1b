/**
 * What replicas say to each other under leaderless Paxos. Every slot is a decision of its own; one message carries a
 * run of neighbouring slots under one ballot.
 *
 *   proposer             acceptor                          proposer              voter       observer
 *      | prepare(first..last) |                               | chosen(first..last) |            |
 *      |--------------------->|  writes                       |-------------------->|  applies   |
 *      |       promise(runs)  |                               | learned(values)                  |
 *      |<---------------------|                               |--------------------------------->|  applies
 *      | accept(run)          |
 *      |--------------------->|  writes                    anybody              anybody
 *      |            accepted  |                               | learn(from)         |
 *      |<---------------------|                               |-------------------->|
 *      | = chosen                                             |    learned(values)  |
 *                                                             |<--------------------|
 *
 * A prepare or accept that meets a higher ballot is answered by `refused`, one for slots that are chosen by `learned`.
 * A quorum read asks every voter (`readAsk`, `readAt`). `heartbeat` is liveness. Snapshots: see snapshots.ts.
 */
import { isCounter, isId, type NodeId, nodeId, type Slot, slot } from '../../base/ids.ts'
import { membersMax } from '../../base/limits.ts'
import { type Ballot, parseBallot } from '../ballot.ts'
import { parseSnapshotMessage, type SnapshotMessage } from '../snapshots.ts'
import { parseRun, parseValue, type Run, type Value } from '../value.ts'
import { type BallotRange, parseBallotRanges } from './ballot-ranges.ts'

export type Message =
  /** Phase 1a for each of the slots `first` .. `last`. */
  | { readonly type: 'prepare'; readonly ballot: Ballot; readonly first: Slot; readonly last: Slot }
  /**
   * Phase 1b: nothing below `ballot` will be accepted in `first` .. `last`. `runs`: all that the sender accepted there;
   * what it knows as chosen stands under `chosenBallot`. `last` is lower than asked for where not everything had room.
   */
  | {
      readonly type: 'promise'
      readonly ballot: Ballot
      readonly first: Slot
      readonly last: Slot
      readonly runs: readonly Run[]
    }
  /** Phase 2a for each of the slots of `run`. */
  | { readonly type: 'accept'; readonly run: Run }
  /** Phase 2b: `first` .. `last` were accepted in `ballot`, or are chosen with just those values. */
  | { readonly type: 'accepted'; readonly ballot: Ballot; readonly first: Slot; readonly last: Slot }
  /** Nothing was promised or accepted in `ballot`: these slots were promised to higher ones. */
  | { readonly type: 'refused'; readonly ballot: Ballot; readonly conflicts: readonly BallotRange[] }
  /** The values that were proposed in `ballot` are chosen in these slots. */
  | { readonly type: 'chosen'; readonly ballot: Ballot; readonly first: Slot; readonly last: Slot }
  /** Asks for what is chosen from `from` on. */
  | { readonly type: 'learn'; readonly from: Slot }
  /** These values are chosen. The sender knows everything up to `chosenThrough`. */
  | {
      readonly type: 'learned'
      readonly firstSlot: Slot
      readonly values: readonly Value[]
      readonly chosenThrough: Slot
    }
  /** Which is the last slot that you accepted anything in? `round` is a ballot, so that no answer fits another round. */
  | { readonly type: 'readAsk'; readonly round: Ballot }
  | { readonly type: 'readAt'; readonly round: Ballot; readonly through: Slot }
  | Heartbeat
  | SnapshotMessage

export interface Heartbeat {
  readonly type: 'heartbeat'
  readonly chosenThrough: Slot
  /** Voters that the sender heard lately. */
  readonly hears: readonly NodeId[]
  /** The sender is a voter that hears and is heard by a quorum. */
  readonly able: boolean
  /** The lowest of such voters that the sender hears itself, itself included. */
  readonly lowest: NodeId | null
}

/** A counter over this is garbage: counting up from it would soon leave the safe integers. */
const ballotCounterMax = 2 ** 48

/** A message from outside, or null. Extra fields are dropped. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = value as { readonly [key: string]: unknown }
  const { type, from, run } = fields
  switch (type) {
    case 'accept': {
      const parsed = parseRun(run)
      return parsed && isProposable(parsed.ballot) ? { type, run: parsed } : null
    }
    case 'learn':
      return isCounter(from) && from > 0 ? { type, from: slot(from) } : null
    case 'learned':
      return parseLearned(fields)
    case 'heartbeat':
      return parseHeartbeat(fields)
    case 'readAsk':
    case 'readAt':
      return parseRead(fields, type)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return parseSnapshotMessage(fields)
    default:
      return parseOfBallot(fields)
  }
}

const isProposable = ({ counter }: Ballot): boolean => counter > 0 && counter <= ballotCounterMax

type Fields = { readonly [key: string]: unknown }

function parseOfBallot({ type, conflicts, ...fields }: Fields): Message | null {
  const ballot = parseBallot(fields['ballot'])
  if (ballot === null || !isProposable(ballot)) return null
  switch (type) {
    case 'prepare':
    case 'accepted':
    case 'chosen': {
      const slots = parseSlots(fields)
      return slots && { type, ballot, ...slots }
    }
    case 'promise': {
      const slots = parseSlots(fields)
      const runs = parseRuns(fields['runs'])
      return slots && runs && { type, ballot, ...slots, runs }
    }
    case 'refused': {
      const ranges = parseBallotRanges(conflicts)
      return ranges?.every(range => isProposable(range.ballot)) ? { type, ballot, conflicts: ranges } : null
    }
    default:
      return null
  }
}

function parseSlots({ first, last }: Fields): { readonly first: Slot; readonly last: Slot } | null {
  if (!isCounter(first) || !isCounter(last) || first < 1 || last < first) return null
  return { first: slot(first), last: slot(last) }
}

function parseRuns(value: unknown): readonly Run[] | null {
  if (!Array.isArray(value)) return null
  const runs: Run[] = []
  for (const each of value) {
    const run = parseRun(each)
    if (run === null) return null
    runs.push(run)
  }
  return runs
}

function parseLearned({ firstSlot, values, chosenThrough }: Fields): Message | null {
  if (!isCounter(firstSlot) || firstSlot < 1 || !isCounter(chosenThrough)) return null
  if (!Array.isArray(values) || values.length === 0 || !isCounter(firstSlot + values.length)) return null
  const parsed: Value[] = []
  for (const each of values) {
    const one = parseValue(each)
    if (one === null) return null
    parsed.push(one)
  }
  return {
    type: 'learned',
    firstSlot: slot(firstSlot),
    values: parsed,
    chosenThrough: slot(chosenThrough),
  }
}

function parseRead({ through, ...fields }: Fields, type: 'readAsk' | 'readAt'): Message | null {
  const round = parseBallot(fields['round'])
  if (round === null) return null
  if (type === 'readAsk') return { type, round }
  return isCounter(through) ? { type, round, through: slot(through) } : null
}

function parseHeartbeat({ chosenThrough, hears, able, lowest }: Fields): Message | null {
  if (!isCounter(chosenThrough) || typeof able !== 'boolean') return null
  if (!Array.isArray(hears) || hears.length > membersMax || !hears.every(isId)) return null
  if (lowest !== null && !isId(lowest)) return null
  return {
    type: 'heartbeat',
    chosenThrough: slot(chosenThrough),
    hears: hears.map(nodeId),
    able,
    lowest: lowest === null ? null : nodeId(lowest),
  }
}
