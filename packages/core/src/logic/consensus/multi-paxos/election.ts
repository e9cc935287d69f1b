/**
 * Liveness: when a voter stands, when a leader steps down, who is asked first. Nothing here is needed for safety; every
 * rule of safety is in acceptor.ts, candidate.ts and leader.ts.
 *
 * A voter polls before it stands (pre-vote), so that one which merely lost its own connections disturbs nobody.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import {
  candidacyTicks,
  electionTimeoutTicksMax,
  electionTimeoutTicksMin,
  heartbeatTicks,
  leaderQuorumTicks,
  transferTicks,
} from '../../base/limits.ts'
import { type Ballot, compareBallots, nextBallot, sameBallot } from '../ballot.ts'
import { isVoter } from '../membership.ts'
import { drawRetryTicks, drawSuspectedTicks } from '../patience.ts'
import { isQuorum } from '../quorum.ts'
import { stand } from './candidate.ts'
import type { Core, Effects, Follower, Leader, Polling } from './core.ts'
import { becomeFollower } from './follower.ts'
import { resendOverdue } from './replication.ts'

export function onTick(core: Core, effects: Effects): void {
  const { role } = core
  switch (role.role) {
    case 'follower':
      return tickFollower(core, role, effects)
    case 'polling':
    case 'preparing':
      role.ticksLeft--
      if (role.ticksLeft <= 0) standBack(core)
      return
    case 'leader':
      return tickLeader(core, role)
  }
}

function tickFollower(core: Core, role: Follower, effects: Effects): void {
  role.silentTicks++
  if (isVoter(core.membership, core.self)) {
    const isAlone = core.membership.voters.length === 1
    if (isAlone || role.silentTicks >= role.electionTicks) poll(core, effects)
  } else if (role.silentTicks >= electionTimeoutTicksMax) {
    role.leader = null
  }
}

function tickLeader(core: Core, role: Leader): void {
  resendOverdue(core, role)
  role.roundTicks++
  if (role.roundTicks >= heartbeatTicks) role.roundWanted = true
  if (role.transfer !== null && --role.transfer.ticksLeft <= 0) role.transfer = null
  const heard = (node: NodeId) =>
    node === core.self || (role.peers.get(node)?.silentTicks ?? 0) < leaderQuorumTicks
  if (!isQuorum(core.membership.voters, heard)) becomeFollower(core)
}

/** A candidacy came to nothing: another follows after a short random while. */
function standBack(core: Core): void {
  becomeFollower(core).electionTicks = drawRetryTicks(core.random)
}

function poll(core: Core, effects: Effects): void {
  const ballot = nextBallot(core.highestSeen, core.self)
  const role: Polling = {
    role: 'polling',
    ballot,
    granted: new Set([core.self]),
    ticksLeft: candidacyTicks,
  }
  core.role = role
  for (const node of core.membership.voters)
    if (node !== core.self) effects.send(node, { type: 'poll', ballot })
  standIfGranted(core, role, effects)
}

/** Granted unless the ballot is too low or a leader is still heard here. Changes nothing. */
export function onPoll(core: Core, from: NodeId, ballot: Ballot, effects: Effects): void {
  const granted = compareBallots(ballot, core.promised) > 0 && !hearsLeader(core)
  effects.send(from, { type: 'pollReply', ballot, granted, promised: core.highestSeen })
}

function hearsLeader({ role }: Core): boolean {
  if (role.role === 'leader') return true
  return (
    role.role === 'follower' &&
    role.leader !== null &&
    !role.suspected &&
    role.silentTicks < electionTimeoutTicksMin
  )
}

export function onPollReply(
  core: Core,
  role: Polling,
  from: NodeId,
  ballot: Ballot,
  granted: boolean,
  effects: Effects,
): void {
  if (!sameBallot(ballot, role.ballot) || !granted) return
  role.granted.add(from)
  standIfGranted(core, role, effects)
}

function standIfGranted(core: Core, role: Polling, effects: Effects): void {
  if (isQuorum(core.membership.voters, node => role.granted.has(node))) stand(core, candidacyTicks, effects)
}

/** Somebody has promised a ballot above one that this node uses: a candidate stands back, a leader steps down. */
export function onRefused(core: Core, promised: Ballot): void {
  if (compareBallots(promised, core.highestSeen) > 0) core.highestSeen = promised
  const { role } = core
  if (role.role === 'follower' || role.role === 'polling') return
  if (compareBallots(promised, role.ballot) > 0) standBack(core)
}

/** A hint that `peer` died: if it was the leader, stand soon. */
export function onSuspect(core: Core, peer: NodeId): void {
  const { role } = core
  if (role.role !== 'follower' || role.leader?.node !== peer) return
  role.suspected = true
  role.electionTicks = Math.min(role.electionTicks, role.silentTicks + drawSuspectedTicks(core.random))
}

/** The leader hands over to `to`: no more proposals from here on, until it is done or takes too long. */
export function beginTransfer(core: Core, role: Leader, to: NodeId): void {
  if (to !== core.self && isVoter(core.membership, to)) role.transfer = { to, ticksLeft: transferTicks }
}

/** Once the successor has everything, it is asked to stand. */
export function finishTransfer(role: Leader, effects: Effects): void {
  if (role.transfer === null || role.queue.length > 0) return
  const { to } = role.transfer
  if (role.peers.get(to)?.matchedThrough === role.proposedThrough)
    effects.send(to, { type: 'campaign', ballot: role.ballot })
}

/** The leader is no voter any more: the voter that has most is asked to stand, so that nobody has to miss a leader first. */
export function leave(core: Core, { ballot, peers }: Leader, effects: Effects): void {
  let best: { readonly node: NodeId; readonly through: Slot } | null = null
  for (const [node, { matchedThrough: through }] of peers)
    if (isVoter(core.membership, node) && (best === null || through > best.through)) best = { node, through }
  if (best !== null) effects.send(best.node, { type: 'campaign', ballot })
  becomeFollower(core)
}

/** The leader of `ballot` asks this voter to take over. */
export function onCampaign(core: Core, ballot: Ballot, effects: Effects): void {
  const { role } = core
  if (role.role !== 'follower' || !isVoter(core.membership, core.self)) return
  if (role.leader !== null && sameBallot(role.leader.ballot, ballot)) stand(core, candidacyTicks, effects)
}
