/**
 * The acceptor's two rules of single-decree Paxos, for one slot or for all slots from a number on: whoever keeps
 * promises uses these and no others. Durable state is the caller's; what these allow may be answered only once it is
 * written.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.2, P1a, and the remark on repeated requests in section 2.3.
 */
import { type Ballot, compareBallots } from '../ballot.ts'

/**
 * What to do with a prepare in `ballot` after having promised `promised`: `promise` raises the promise, `repeat` gives
 * the same promise once more (its answer may have been lost), `refuse` tells the proposer what was promised.
 */
export function judgePrepare(promised: Ballot, ballot: Ballot): 'promise' | 'repeat' | 'refuse' {
  switch (compareBallots(ballot, promised)) {
    case 1:
      return 'promise'
    case 0:
      return 'repeat'
    case -1:
      return 'refuse'
  }
}

/** Whether a proposal in `ballot` is accepted after having promised `promised`: unless something higher was. */
export function judgeAccept(promised: Ballot, ballot: Ballot): 'accept' | 'refuse' {
  return compareBallots(ballot, promised) >= 0 ? 'accept' : 'refuse'
}
