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
import { isCounter, type NodeId, type Slot } from '../../base/ids.ts'
import { membersMax } from '../../base/limits.ts'
import { aFlag, aNodeId, aSlot, listOf, orNull, record, union, where } from '../../base/shape.ts'
import { aBallot, type Ballot } from '../ballot.ts'
import { type SnapshotMessage, snapshotMessages } from '../snapshots.ts'
import { aRun, aValue, type Run, type Value } from '../value.ts'
import { type BallotRange, ballotRanges } from './ballot-ranges.ts'

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

const aProposable = where(aBallot, ({ counter }) => counter > 0 && counter <= ballotCounterMax)

const aUsedSlot = where(aSlot, used => used > 0)
const slots = { first: aUsedSlot, last: aUsedSlot }
const ascend = ({ first, last }: { readonly first: Slot; readonly last: Slot }) => first <= last
const ofSlots = where(record({ ballot: aProposable, ...slots }), ascend)

/** A message from outside. Extra fields are dropped. */
const aMessage = union<Message>({
  prepare: ofSlots,
  promise: where(record({ ballot: aProposable, ...slots, runs: listOf(aRun) }), ascend),
  accept: record({ run: where(aRun, ({ ballot }) => aProposable(ballot) !== undefined) }),
  accepted: ofSlots,
  chosen: ofSlots,
  refused: record({
    ballot: aProposable,
    conflicts: where(ballotRanges, ranges => ranges.every(({ ballot }) => aProposable(ballot) !== undefined)),
  }),
  learn: record({ from: aUsedSlot }),
  learned: where(
    record({ firstSlot: aUsedSlot, values: listOf(aValue), chosenThrough: aSlot }),
    ({ firstSlot, values }) => values.length > 0 && isCounter(firstSlot + values.length),
  ),
  readAsk: record({ round: aBallot }),
  readAt: record({ round: aBallot, through: aSlot }),
  heartbeat: record({
    chosenThrough: aSlot,
    hears: listOf(aNodeId, membersMax),
    able: aFlag,
    lowest: orNull(aNodeId),
  }),
  ...snapshotMessages,
})

export const parseMessage = (value: unknown): Message | null => aMessage(value) ?? null
