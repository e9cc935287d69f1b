/**
 * Liveness: when a voter stands, when a leader steps down, who is asked first. Nothing here is needed for safety; every
 * rule of safety is in candidate.ts, entries.ts and leader.ts.
 *
 * A voter asks for pre-votes before it stands, so that one which merely lost its own connections disturbs nobody. Who
 * hears a leader grants nothing, and a leader that no quorum hears steps down: together they leave exactly one way to a
 * new leader, the silence of the old one.
 *
 * Source: Ongaro (2014), sections 4.2.3, 6.2 and 9.6 (pre-vote), 3.10 (transfer).
 */
import type { NodeId } from '../../base/ids.ts'
import {
  candidacyTicks,
  electionTimeoutTicksMax,
  electionTimeoutTicksMin,
  heartbeatTicks,
  leaderQuorumTicks,
} from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { isVoter } from '../membership.ts'
import { drawRetryTicks, drawSuspectedTicks } from '../patience.ts'
import { isQuorum } from '../quorum.ts'
import { stand } from './candidate.ts'
import type { Core, Effects, Follower, Leader, PreCandidate } from './core.ts'
import { isUpToDate, logEnd } from './entries.ts'
import { becomeFollower, observeTerm } from './follower.ts'
import type { Message } from './messages.ts'
import { resendOverdue } from './replication.ts'

export function onTick(core: Core, effects: Effects): void {
  const { role } = core
  switch (role.role) {
    case 'follower':
      return tickFollower(core, role, effects)
    case 'preCandidate':
    case 'candidate':
      role.ticksLeft--
      if (role.ticksLeft <= 0) standBack(core)
      return
    case 'leader':
      return tickLeader(core, role)
  }
}

function tickFollower(core: Core, role: Follower, effects: Effects): void {
  const { inForce, chosen } = core.configurations
  role.silentTicks++
  // One whose removal is not known as chosen may be the only one that holds it: then nobody else can be elected.
  if (isVoter(inForce, core.self) || isVoter(chosen, core.self)) {
    const isAlone = inForce.voters.length === 1 && isVoter(inForce, core.self)
    if (isAlone || role.silentTicks >= role.electionTicks) askPreVotes(core, effects)
  } else if (role.silentTicks >= electionTimeoutTicksMax && role.leader !== null) {
    becomeFollower(core)
  }
}

function tickLeader(core: Core, role: Leader): void {
  resendOverdue(core, role)
  role.roundTicks++
  if (role.roundTicks >= heartbeatTicks) role.roundWanted = true
  if (role.transfer !== null && --role.transfer.ticksLeft <= 0) role.transfer = null
  const heard = (node: NodeId) =>
    node === core.self || (role.peers.get(node)?.silentTicks ?? 0) < leaderQuorumTicks
  if (!isQuorum(core.configurations.inForce.voters, heard)) becomeFollower(core)
}

/** A candidacy came to nothing: another follows after a short random while. */
function standBack(core: Core): void {
  becomeFollower(core).electionTicks = drawRetryTicks(core.random)
}

function askPreVotes(core: Core, effects: Effects): void {
  const ballot = { counter: core.term + 1, node: core.self }
  const granted = new Set([core.self])
  const role: PreCandidate = { role: 'preCandidate', ballot, granted, ticksLeft: candidacyTicks }
  core.role = role
  const message: Message = { type: 'preVote', ballot, end: logEnd(core) }
  for (const node of core.configurations.inForce.voters) if (node !== core.self) effects.send(node, message)
  standIfGranted(core, role, effects)
}

/** Granted where a vote would be. Changes nothing. */
export function onPreVote(
  core: Core,
  from: NodeId,
  { ballot, end }: Extract<Message, { type: 'preVote' }>,
  effects: Effects,
): void {
  const granted = ballot.counter > core.term && !hearsLeader(core) && isUpToDate(core, end)
  effects.send(from, { type: 'preVoteReply', ballot, granted, term: core.term })
}

/** Whether a leader of this term was heard within the shortest election timeout, and nobody said that it is dead. */
export function hearsLeader({ role }: Core): boolean {
  if (role.role === 'leader') return true
  return (
    role.role === 'follower' &&
    role.leader !== null &&
    !role.suspected &&
    role.silentTicks < electionTimeoutTicksMin
  )
}

export function onPreVoteReply(
  core: Core,
  from: NodeId,
  { ballot, granted, term }: Extract<Message, { type: 'preVoteReply' }>,
  effects: Effects,
): void {
  observeTerm(core, term, effects)
  const { role } = core
  if (role.role !== 'preCandidate' || !granted || !sameBallot(ballot, role.ballot)) return
  role.granted.add(from)
  standIfGranted(core, role, effects)
}

function standIfGranted(core: Core, role: PreCandidate, effects: Effects): void {
  if (isQuorum(core.configurations.inForce.voters, node => role.granted.has(node)))
    stand(core, false, effects)
}

/** A hint that `peer` died: if it was the leader, stand soon. */
export function onSuspect(core: Core, peer: NodeId): void {
  const { role } = core
  if (role.role !== 'follower' || role.leader?.node !== peer) return
  role.suspected = true
  const soon = role.silentTicks + drawSuspectedTicks(core.random)
  role.electionTicks = Math.min(role.electionTicks, soon)
}

/** The leader of `ballot` asks this voter to take over. */
export function onTimeoutNow(core: Core, ballot: Ballot, effects: Effects): void {
  const { role } = core
  if (role.role !== 'follower' || !isVoter(core.configurations.inForce, core.self)) return
  if (role.leader !== null && sameBallot(role.leader, ballot)) stand(core, true, effects)
}
