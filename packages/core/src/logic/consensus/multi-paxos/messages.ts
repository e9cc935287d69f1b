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
import type { Slot } from '../../base/ids.ts'
import { aCounter, aFlag, aSlot, listOf, record, union, where } from '../../base/shape.ts'
import { aBallot, type Ballot } from '../ballot.ts'
import { type ReadMessage, readMessages } from '../reads.ts'
import { type SnapshotMessage, snapshotMessages } from '../snapshots.ts'
import { aRun, type Run } from '../value.ts'

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

const toldThrough = { ballot: aBallot, chosenThrough: aSlot }

/** A message from outside. Extra fields are dropped. */
const aMessage = union<Message>({
  poll: record({ ballot: aBallot }),
  pollReply: record({ ballot: aBallot, granted: aFlag, promised: aBallot }),
  prepare: record({ ballot: aBallot, from: where(aSlot, from => from > 0) }),
  promise: record({
    ballot: aBallot,
    from: aSlot,
    through: aSlot,
    complete: aFlag,
    runs: listOf(aRun),
  }),
  accept: record({ run: aRun, chosenThrough: aSlot }),
  accepted: record({ ballot: aBallot, through: aSlot, round: aCounter }),
  chosen: record(toldThrough),
  heartbeat: record({ ...toldThrough, round: aCounter }),
  refused: record({ promised: aBallot }),
  campaign: record({ ballot: aBallot }),
  ...readMessages,
  ...snapshotMessages,
})

export const parseMessage = (value: unknown): Message | null => aMessage(value) ?? null
