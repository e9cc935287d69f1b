/**
 * The proposer's rule of single-decree Paxos: with promises from a quorum, the value of the highest ballot that any of
 * them reported is taken over; where none was reported the proposer is free.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.2, P2c.
 */
import { type Ballot, compareBallots } from '../ballot.ts'
import type { Value } from '../value.ts'

export interface Accepted {
  readonly ballot: Ballot
  readonly value: Value
}

/** Of two reports for one slot the one that binds the proposer: that of the higher ballot. */
export function binding(a: Accepted | undefined, b: Accepted): Accepted {
  return a === undefined || compareBallots(b.ballot, a.ballot) > 0 ? b : a
}
