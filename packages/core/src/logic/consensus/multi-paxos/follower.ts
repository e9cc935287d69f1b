/**
 * The follower (voter or observer): hears one leader, accepts what it proposes, vouches cumulatively, learns what is
 * chosen. Does not know when to give up on a leader: that is election.ts.
 */
import { type NodeId, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { type Ballot, compareBallots, sameBallot } from '../ballot.ts'
import { drawElectionTicks, drawLeaderlessTicks } from '../patience.ts'
import type { Run } from '../value.ts'
import { accept, raisePromise } from './acceptor.ts'
import type { Core, Effects, Follower } from './core.ts'
import { learnThrough } from './learner.ts'

/** Becomes a follower of nobody yet; whatever role was played before is over. */
export function becomeFollower(core: Core): Follower {
  const role: Follower = {
    role: 'follower',
    leader: null,
    matchedThrough: core.chosenThrough,
    round: 0,
    silentTicks: 0,
    electionTicks: drawLeaderlessTicks(core.random),
    suspected: false,
  }
  core.role = role
  return role
}

export function onAccept(core: Core, from: NodeId, run: Run, chosen: Slot, effects: Effects): void {
  if (!accept(core, run, effects)) return refuse(core, from, run.ballot, effects)
  const role = follow(core, run.ballot)
  if (role === null) return
  learn(core, role, chosen, effects)
  vouch(role, from, run.ballot, effects)
}

export function onHeartbeat(
  core: Core,
  from: NodeId,
  ballot: Ballot,
  chosen: Slot,
  round: number,
  effects: Effects,
): void {
  if (compareBallots(ballot, core.promised) < 0) return refuse(core, from, ballot, effects)
  if (compareBallots(ballot, core.promised) > 0) raisePromise(core, ballot, effects)
  const role = follow(core, ballot)
  if (role === null) return
  role.round = Math.max(role.round, round)
  learn(core, role, chosen, effects)
  vouch(role, from, ballot, effects)
}

export function onChosen(core: Core, ballot: Ballot, chosen: Slot, effects: Effects): void {
  const { role } = core
  if (role.role !== 'follower' || role.leader === null || !sameBallot(role.leader.ballot, ballot)) return
  learn(core, role, chosen, effects)
}

/** The follower role under the leader of `ballot`, which is promised here; null at that leader itself. */
function follow(core: Core, ballot: Ballot): Follower | null {
  if (ballot.node === core.self) return null
  const old = core.role
  const known = old.role === 'follower' && old.leader !== null && sameBallot(old.leader.ballot, ballot)
  const role = known ? old : becomeFollower(core)
  if (!known) role.electionTicks = drawElectionTicks(core.random)
  role.leader = { node: ballot.node, ballot }
  role.silentTicks = 0
  role.suspected = false
  return role
}

/** What the leader knows as chosen is chosen here as far as it was accepted in the leader's ballot. */
function learn(core: Core, role: Follower, chosen: Slot, effects: Effects): void {
  role.matchedThrough = matchedThrough(core, role)
  learnThrough(core, slot(Math.min(chosen, role.matchedThrough)), effects)
}

/** The end of the unbroken row of slots that are chosen, or were accepted in the leader's ballot: the log tells, also after a restart. */
function matchedThrough(core: Core, { leader, matchedThrough: from }: Follower): Slot {
  let through = slot(Math.max(from, core.chosenThrough))
  if (leader === null) return through
  for (;;) {
    const next = core.log.at(slotAfter(through))
    if (next === undefined || !sameBallot(next.ballot, leader.ballot)) return through
    through = slotAfter(through)
  }
}

function vouch(role: Follower, to: NodeId, ballot: Ballot, effects: Effects): void {
  effects.sendAfterPersist(to, {
    type: 'accepted',
    ballot,
    through: role.matchedThrough,
    round: role.round,
  })
}

function refuse(core: Core, to: NodeId, ballot: Ballot, effects: Effects): void {
  if (compareBallots(ballot, core.promised) < 0)
    effects.send(to, { type: 'refused', promised: core.promised })
}
