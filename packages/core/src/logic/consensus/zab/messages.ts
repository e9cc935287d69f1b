/**
 * What replicas say to each other under ZAB.
 *
 *   looking            looking           leader                       follower, observer
 *      | notification     |                 |  followerInfo (CEPOCH)          |
 *      |<---------------->|                 |<--------------------------------|
 *      |   = elected      |      writes     |  newEpoch (NEWEPOCH)            |
 *      |                  |                 |-------------------------------->|  writes
 *      | fetch            |                 |        ackEpoch (ACKEPOCH)      |
 *      |----------------->|                 |<--------------------------------|
 *      |          history |                 |  sync: nothing, TRUNC, DIFF     |
 *      |<-----------------|                 |-------------------------------->|  writes
 *      |                                    |  newLeader (NEWLEADER)          |
 *      |  where a voter knows more          |-------------------------------->|  writes
 *      |  than the elected one              |                            ack  |
 *                                           |<--------------------------------|
 *                                           |  ping(upToDate) (UPTODATE)      |
 *                                           |-------------------------------->|
 *                                           |  propose, inform                |
 *                                           |-------------------------------->|  writes
 *                                           |                            ack  |
 *                                           |<--------------------------------|
 *                                           |  commit                         |
 *                                           |-------------------------------->|  applies
 *
 * SNAP is the exchange of snapshots.ts. `session` numbers a relation of one follower to one leader: whatever belongs to an
 * earlier one is not heard. `page` numbers the reports within it. In an epoch the slot is the sequence number.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import type { Ballot } from '../ballot.ts'
import type { Membership } from '../membership.ts'
import type { SnapshotMessage } from '../snapshots.ts'
import type { Run } from '../value.ts'

/** An entry of a history: with one log for all epochs, what a zxid is in the paper. */
export interface Place {
  readonly slot: Slot
  readonly ballot: Ballot
}

/** What decides which of two histories is the later one. */
export interface Credentials {
  /** The epoch whose initial history was taken over last, with its leader. */
  readonly current: Ballot
  /** The last entry. */
  readonly last: Place
}

/** A history without its values. */
export interface Report extends Credentials {
  /** Every slot up to here is chosen. */
  readonly chosenThrough: Slot
  /** Behind `chosenThrough`, the last entry of each epoch that has any there. */
  readonly ends: readonly Place[]
  /** As of `chosenThrough`, and those behind it. */
  readonly memberships: readonly Standing[]
}

/** A membership of a history. */
export interface Standing {
  /** The slot that holds it; of one that is in force, everything up to here is chosen. */
  readonly from: Slot
  readonly membership: Membership
}

export interface Notification {
  readonly type: 'notification'
  /** Counts elections. Votes of different rounds do not meet. */
  readonly round: number
  readonly state: 'looking' | 'following' | 'leading'
  /** Whom the sender would have as its leader, or has. */
  readonly vote: NodeId | null
  readonly credentials: Credentials
  /** The sender may be elected: it is a voter, and hears a quorum that hears it. */
  readonly able: boolean
  /** The sender has heard the receiver of late. */
  readonly hears: boolean
}

export type Message =
  | Notification
  /** CEPOCH: the sender takes the receiver for its leader. */
  | { readonly type: 'followerInfo'; readonly session: number; readonly accepted: Ballot }
  | { readonly type: 'newEpoch'; readonly session: number; readonly ballot: Ballot }
  /** The sender accepts nothing of an earlier epoch any more, and this is its history. */
  | {
      readonly type: 'ackEpoch'
      readonly session: number
      readonly ballot: Ballot
      readonly page: number
      readonly report: Report
    }
  /** The elected one asks for what comes after its own history. */
  | { readonly type: 'fetch'; readonly ballot: Ballot; readonly page: number; readonly report: Report }
  /** Of the sender's history, which ends at `through`, what follows `keepThrough`. */
  | {
      readonly type: 'history'
      readonly ballot: Ballot
      readonly page: number
      readonly keepThrough: Slot
      readonly runs: readonly Run[]
      readonly through: Slot
    }
  /**
   * TRUNC to `keepThrough`, where the receiver's history goes on after it; then DIFF: `runs`. The initial history of the
   * epoch ends at `through`.
   */
  | {
      readonly type: 'sync'
      readonly session: number
      readonly ballot: Ballot
      readonly page: number
      readonly keepThrough: Slot
      readonly runs: readonly Run[]
      readonly through: Slot
    }
  /** The initial history of the epoch ends at `through`: who has it durably belongs to the epoch. */
  | {
      readonly type: 'newLeader'
      readonly session: number
      readonly ballot: Ballot
      readonly through: Slot
    }
  /**
   * The sender belongs to the epoch of `ballot` and durably has the leader's history up to `through`. Echoes the highest
   * `round` heard. `missing`: something further came, but not what follows `through`.
   */
  | {
      readonly type: 'ack'
      readonly session: number
      readonly ballot: Ballot
      readonly through: Slot
      readonly round: number
      readonly missing: boolean
    }
  /** The sender is there and not in the epoch yet. */
  | { readonly type: 'alive'; readonly session: number; readonly ballot: Ballot }
  /** New entries of the epoch, in order. Everything up to `chosenThrough` is chosen. */
  | { readonly type: 'propose'; readonly run: Run; readonly chosenThrough: Slot }
  /** To observers: entries that are chosen. */
  | { readonly type: 'inform'; readonly run: Run }
  | { readonly type: 'commit'; readonly ballot: Ballot; readonly chosenThrough: Slot }
  /** The leader lives. `upToDate`: a quorum belongs to the epoch, so that the leader proposes. */
  | {
      readonly type: 'ping'
      readonly ballot: Ballot
      readonly chosenThrough: Slot
      readonly round: number
      readonly upToDate: boolean
    }
  /** The sender has accepted an epoch that rules out the receiver's. */
  | { readonly type: 'refused'; readonly accepted: Ballot }
  /** The leader of `ballot` gives up in favour of `to`. */
  | { readonly type: 'handOver'; readonly ballot: Ballot; readonly to: NodeId }
  /** Asks the leader for a slot to read at. */
  | { readonly type: 'read'; readonly session: number; readonly id: number }
  | { readonly type: 'readReply'; readonly session: number; readonly id: number; readonly slot: Slot }
  | SnapshotMessage

/** The message of one type. */
export type Of<Type extends Message['type']> = Extract<Message, { type: Type }>
