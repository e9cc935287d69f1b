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
import type { Slot } from '../../base/ids.ts'
import { aCounter, aFlag, aSlot, listOf, record, union, where } from '../../base/shape.ts'
import { aBallot, type Ballot } from '../ballot.ts'
import { type ReadMessage, readMessages } from '../reads.ts'
import { type SnapshotMessage, snapshotMessages } from '../snapshots.ts'
import { aRun, lastSlotOf, type Run } from '../value.ts'

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

/** Terms in use begin at 1. */
const aTerm = where(aBallot, ballot => ballot.counter > 0)

const aPlace = record<Place>({ slot: aSlot, ballot: aBallot })

const toldThrough = { ballot: aTerm, chosenThrough: aSlot }

/** A message from outside. Extra fields are dropped. */
const aMessage = union<Message>({
  preVote: record({ ballot: aTerm, end: aPlace }),
  preVoteReply: record({ ballot: aTerm, granted: aFlag, term: aCounter }),
  requestVote: record({ ballot: aTerm, end: aPlace, transfer: aFlag }),
  vote: record({ ballot: aTerm }),
  append: where(record({ ...toldThrough, prev: aPlace, runs: listOf(aRun) }), goOn),
  appended: record({ ballot: aTerm, through: aSlot, round: aCounter }),
  mismatched: where(
    record({ ballot: aTerm, prevSlot: aSlot, hint: aPlace }),
    ({ prevSlot, hint }) => hint.slot < prevSlot,
  ),
  chosen: record(toldThrough),
  heartbeat: record({ ...toldThrough, round: aCounter }),
  refused: record({ term: aCounter }),
  timeoutNow: record({ ballot: aTerm }),
  ...readMessages,
  ...snapshotMessages,
})

export const parseMessage = (value: unknown): Message | null => aMessage(value) ?? null

/** Whether the runs follow `prev` and each other without a gap, and are of no later term than the sender's. */
function goOn({ ballot, prev, runs }: Omit<Extract<Message, { type: 'append' }>, 'type'>): boolean {
  let end = prev
  for (const run of runs) {
    if (run.firstSlot !== end.slot + 1) return false
    if (run.ballot.counter < end.ballot.counter || run.ballot.counter > ballot.counter) return false
    end = { slot: lastSlotOf(run), ballot: run.ballot }
  }
  return true
}
