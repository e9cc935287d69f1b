/**
 * The follower (voter or observer): hears the leader of its term, takes over its log, vouches cumulatively, learns what
 * is chosen. Does not know when to give up on a leader: that is election.ts.
 *
 * Source: Ongaro and Ousterhout (2014), figure 2, AppendEntries; the hint of a conflict as in section 5.3, by terms.
 */
import { assert } from '../../base/assert.ts'
import { type NodeId, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { drawElectionTicks, drawLeaderlessTicks } from '../patience.ts'
import { lastSlotOf } from '../value.ts'
import type { Core, Effects, Follower } from './core.ts'
import { lastNotAbove, learnThrough, matches, placeAt, takeOver } from './entries.ts'
import type { Message } from './messages.ts'

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

/** Somebody is in `term`: if it is later than this node's, a new term begins here, without a vote or a leader yet. */
export function observeTerm(core: Core, term: number, effects: Effects): void {
  if (term <= core.term) return
  core.term = term
  core.votedFor = null
  effects.saveHardState()
  becomeFollower(core)
}

export function onAppend(
  core: Core,
  from: NodeId,
  { ballot, prev, runs, chosenThrough }: Extract<Message, { type: 'append' }>,
  effects: Effects,
): void {
  const role = follow(core, from, ballot, effects)
  if (role === null) return
  if (!matches(core, prev)) {
    const before = { slot: slotAfter(prev.slot, -1), ballot: prev.ballot }
    const hint = placeAt(core, lastNotAbove(core, before, core.chosenThrough))
    effects.send(from, { type: 'mismatched', ballot, prevSlot: prev.slot, hint })
    return
  }
  takeOver(core, runs, effects)
  const last = runs.at(-1)
  const through = last === undefined ? prev.slot : lastSlotOf(last)
  if (through > role.matchedThrough) role.matchedThrough = through
  learn(core, role, chosenThrough, effects)
  vouch(role, from, ballot, effects)
}

export function onHeartbeat(
  core: Core,
  from: NodeId,
  { ballot, chosenThrough, round }: Extract<Message, { type: 'heartbeat' }>,
  effects: Effects,
): void {
  const role = follow(core, from, ballot, effects)
  if (role === null) return
  role.round = Math.max(role.round, round)
  learn(core, role, chosenThrough, effects)
  vouch(role, from, ballot, effects)
}

export function onChosen(core: Core, ballot: Ballot, chosen: Slot, effects: Effects): void {
  const { role } = core
  if (role.role !== 'follower' || role.leader === null || !sameBallot(role.leader, ballot)) return
  learn(core, role, chosen, effects)
}

/** The follower role under the leader of `ballot`; null, and the sender is told, when its term is over. */
function follow(core: Core, from: NodeId, ballot: Ballot, effects: Effects): Follower | null {
  if (ballot.counter < core.term) {
    effects.send(from, { type: 'refused', term: core.term })
    return null
  }
  observeTerm(core, ballot.counter, effects)
  assert(core.role.role !== 'leader', `term ${core.term} has one leader`)
  const role = core.role.role === 'follower' ? core.role : becomeFollower(core)
  if (role.leader === null) {
    role.leader = ballot
    role.electionTicks = drawElectionTicks(core.random)
  }
  assert(sameBallot(role.leader, ballot), `term ${core.term} has one leader`)
  // A snapshot may have said that more is chosen than this leader's appends did.
  if (role.matchedThrough < core.chosenThrough) role.matchedThrough = core.chosenThrough
  role.silentTicks = 0
  role.suspected = false
  return role
}

/** What the leader knows as chosen is chosen here as far as this log is known to be the leader's. */
function learn(core: Core, role: Follower, chosen: Slot, effects: Effects): void {
  learnThrough(core, slot(Math.min(chosen, role.matchedThrough)), effects)
}

function vouch(role: Follower, to: NodeId, ballot: Ballot, effects: Effects): void {
  const { matchedThrough: through, round } = role
  effects.sendAfterPersist(to, { type: 'appended', ballot, through, round })
}
