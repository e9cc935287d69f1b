/**
 * How long a leader leads: gives up without a quorum, when a later epoch was accepted, or in favour of another. Nothing here
 * is needed for safety.
 */
import type { NodeId } from '../../base/ids.ts'
import { heartbeatTicks, leaderQuorumTicks, transferTicks } from '../../base/limits.ts'
import type { Ballot } from '../ballot.ts'
import { isVoter } from '../membership.ts'
import { isQuorum } from '../quorum.ts'
import type { Core, Effects, Leading, Progress } from './core.ts'
import { rulesOut } from './discovery.ts'
import { look } from './election.ts'
import { follow } from './follower.ts'
import { resendOverdue } from './replication.ts'

export function tickLeading(core: Core, role: Leading): void {
  resendOverdue(core, role)
  if (++role.roundTicks >= heartbeatTicks) role.roundWanted = true
  if (role.transfer !== null && --role.transfer.ticksLeft <= 0) role.transfer = null
  const heard = (node: NodeId) =>
    node === core.self || (role.peers.get(node)?.silentTicks ?? leaderQuorumTicks) < leaderQuorumTicks
  if (!isQuorum(core.membership.voters, heard)) look(core)
}

/** A member has accepted an epoch that this one can no longer have it for. */
export function onRefused(core: Core, role: Leading, accepted: Ballot): void {
  if (rulesOut(accepted, role.ballot)) stepDown(core, accepted)
}

/** Looks again, for a leader of an epoch after `accepted`. */
export function stepDown(core: Core, accepted: Ballot): void {
  core.highestSeen = Math.max(core.highestSeen, accepted.counter)
  look(core)
}

/** The leader hands over to `to`: no more proposals from here on, until it is done or takes too long. */
export function beginTransfer(core: Core, role: Leading, to: NodeId): void {
  if (role.established && to !== core.self && isVoter(core.membership, to))
    role.transfer = { to, ticksLeft: transferTicks }
}

/** Once the successor has everything, everybody is told to follow it, and the leader does. */
export function finishTransfer(core: Core, role: Leading, effects: Effects): void {
  if (role.transfer === null || role.queue.length > 0) return
  const { to } = role.transfer
  const peer = role.peers.get(to)
  if (!peer?.synced || peer.matchedThrough !== role.proposedThrough) return
  tellSuccessor(core, role, to, effects)
  follow(core, to, effects)
}

/** The leader is no voter any more: whoever has most takes over, without an election. */
export function leave(core: Core, role: Leading, effects: Effects): void {
  let best: readonly [NodeId, Progress] | null = null
  for (const [node, peer] of role.peers) {
    if (!peer.synced || !isVoter(core.membership, node)) continue
    if (best === null || peer.matchedThrough > best[1].matchedThrough) best = [node, peer]
  }
  if (best !== null) tellSuccessor(core, role, best[0], effects)
  look(core)
}

function tellSuccessor({ self }: Core, { ballot, peers }: Leading, to: NodeId, effects: Effects): void {
  for (const node of peers.keys()) if (node !== self) effects.send(node, { type: 'handOver', ballot, to })
}
