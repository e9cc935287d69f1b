/**
 * Votes, given and counted: one vote in a term, on disk before it is given, for a log that is up to date. Does not know
 * when to stand (election.ts).
 *
 * The quorum is one of the membership that stands last in the candidate's log. A voter looks at the candidate's log and
 * never at who is a member: its own log may be behind, and who counts is the candidate's to know.
 *
 * Source: Ongaro and Ousterhout (2014), sections 5.2 and 5.4.1; Ongaro (2014), section 4.2.2.
 */
import type { NodeId } from '../../base/ids.ts'
import { candidacyTicks } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { isQuorum } from '../quorum.ts'
import type { Candidate, Core, Effects } from './core.ts'
import { isUpToDate, logEnd } from './entries.ts'
import { observeTerm } from './follower.ts'
import { becomeLeader } from './leader.ts'
import type { Message } from './messages.ts'

/** Stands in the next term: votes for itself and, once that is written, asks every voter, itself included. */
export function stand(core: Core, transfer: boolean, effects: Effects): void {
  core.term++
  core.votedFor = core.self
  effects.saveHardState()
  const ballot = { counter: core.term, node: core.self }
  core.role = { role: 'candidate', ballot, votes: new Set(), ticksLeft: candidacyTicks }
  const message: Message = { type: 'requestVote', ballot, end: logEnd(core), transfer }
  for (const node of core.configurations.inForce.voters) effects.sendAfterPersist(node, message)
}

/** `hearsLeader`: a leader was heard here of late. Then nobody gets a vote or moves the term but at that leader's wish. */
export function onRequestVote(
  core: Core,
  from: NodeId,
  { ballot, end, transfer }: Extract<Message, { type: 'requestVote' }>,
  hearsLeader: boolean,
  effects: Effects,
): void {
  if (ballot.counter < core.term) {
    effects.send(from, { type: 'refused', term: core.term })
    return
  }
  const isRepeated = ballot.counter === core.term && core.votedFor === ballot.node
  if (!isRepeated) {
    if (hearsLeader && !transfer) return
    observeTerm(core, ballot.counter, effects)
    if (core.votedFor !== null || !isUpToDate(core, end)) return
    core.votedFor = ballot.node
    effects.saveHardState()
  }
  effects.sendAfterPersist(from, { type: 'vote', ballot })
}

export function onVote(core: Core, role: Candidate, from: NodeId, ballot: Ballot, effects: Effects): void {
  if (!sameBallot(ballot, role.ballot)) return
  role.votes.add(from)
  if (isQuorum(core.configurations.inForce.voters, node => role.votes.has(node)))
    becomeLeader(core, ballot, effects)
}
