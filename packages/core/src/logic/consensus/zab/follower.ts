/**
 * The follower, voter or observer, and its relation to one leader: begins it, hears the leader, gives up on it. What the
 * relation is for is in synchronisation.ts (phases 1 and 2) and below (phase 3).
 *
 * ZAB assumes channels that keep order and deliver nothing after they close. Here messages may be lost, repeated and
 * reordered, so the relation carries what makes up for it: a session number that each new connection and each new attempt
 * changes, and pages of reports within it, tell phases 1 and 2 of one relation from those of another. In phase 3 the slot is
 * the sequence number: this history is the beginning of the leader's, so that what follows its end is taken, what is held
 * already is left alone, and what lies further on is asked for again. No message makes a node of the epoch truncate.
 */
import { type NodeId, type Slot, slot, slotAfter } from '../../base/ids.ts'
import {
  electionTimeoutTicksMax,
  electionTimeoutTicksMin,
  heartbeatTicks,
  leaderlessTicksMax,
  leaderlessTicksMin,
  resendTicks,
  suspectedTicksMax,
} from '../../base/limits.ts'
import type { Random } from '../../base/random.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { lastSlotOf } from '../value.ts'
import type { Broadcasting, Core, Effects, Following } from './core.ts'
import { becomeDiscovering, rulesOut } from './discovery.ts'
import { look } from './election.ts'
import { append, learnThrough } from './history.ts'
import type { Of } from './messages.ts'
import { report } from './synchronisation.ts'

/** Takes `leader` for the leader, in a new session. */
export function follow(core: Core, leader: NodeId, effects: Effects): void {
  core.session++
  const role: Following = {
    role: 'following',
    leader,
    session: core.session,
    round: core.round,
    stage: { stage: 'greeting', ticks: 0 },
    silentTicks: 0,
    patienceTicks: draw(core.random, leaderlessTicksMin, leaderlessTicksMax),
    suspected: false,
    waitedTicks: 0,
  }
  core.role = role
  greet(core, role, effects)
}

/** A random count of ticks from `min` to `max`, so that two voters seldom look at the same moment. */
const draw = (random: Random, min: number, max: number): number => min + random.below(max - min + 1)

function greet(core: Core, role: Following, effects: Effects): void {
  role.waitedTicks = 0
  effects.send(role.leader, { type: 'followerInfo', session: role.session, accepted: core.accepted })
}

/** The leader says that it does not know this follower, or not yet. */
export function greetAgain(core: Core, role: Following, effects: Effects): void {
  role.silentTicks = 0
  if (role.stage.stage === 'greeting' && role.waitedTicks >= heartbeatTicks) greet(core, role, effects)
}

export function tickFollowing(core: Core, role: Following, effects: Effects): void {
  role.silentTicks++
  role.waitedTicks++
  const { stage } = role
  const isInVain = stage.stage === 'greeting' && ++stage.ticks >= electionTimeoutTicksMin
  if (role.silentTicks >= role.patienceTicks || isInVain) {
    look(core)
    return
  }
  if (stage.stage === 'broadcasting' || role.waitedTicks < resendTicks) return
  if (stage.stage === 'greeting') greet(core, role, effects)
  else report(core, role, stage, effects)
}

/** A hint that `peer` died: if it was the leader, look for another soon. */
export function onSuspect(core: Core, peer: NodeId): void {
  const { role } = core
  if (role.role !== 'following' || role.leader !== peer) return
  role.suspected = true
  const soon = role.silentTicks + 1 + core.random.below(suspectedTicksMax)
  role.patienceTicks = Math.min(role.patienceTicks, soon)
}

/** The leader was heard in its epoch. */
export function hearLeader(core: Core, role: Following): void {
  role.silentTicks = 0
  if (!role.suspected) return
  role.suspected = false
  grantPatience(core, role)
}

/** The leader has shown that it leads: it may be silent for longer. */
export function grantPatience(core: Core, role: Following): void {
  role.patienceTicks = draw(core.random, electionTimeoutTicksMin, electionTimeoutTicksMax)
}

/** A leader shows itself: that of this node, one to follow, or one that does not know that its time is over. */
export function onPing(core: Core, from: NodeId, ping: Of<'ping'>, effects: Effects): void {
  const { ballot } = ping
  const { role } = core
  if (ballot.node !== from || from === core.self) return
  if (rulesOut(core.accepted, ballot)) {
    effects.send(from, { type: 'refused', accepted: core.accepted })
    return
  }
  if (role.role !== 'following') return follow(core, from, effects)
  const { stage } = role
  const isKnown = stage.stage !== 'greeting' && sameBallot(stage.ballot, ballot)
  if (from !== role.leader || (stage.stage !== 'greeting' && !isKnown)) {
    // Of another epoch than this node's, so of a later one. While greeting, the leader elected is given its time.
    if (stage.stage !== 'greeting') follow(core, from, effects)
    return
  }
  hearLeader(core, role)
  switch (stage.stage) {
    case 'greeting':
      return greetAgain(core, role, effects)
    case 'synchronising':
      effects.send(from, { type: 'alive', session: role.session, ballot })
      return
    case 'broadcasting':
      stage.round = Math.max(stage.round, ping.round)
      stage.upToDate ||= ping.upToDate
      learn(core, ping.chosenThrough, effects)
      return acknowledge(core, role, stage, false, effects)
  }
}

/** The stage in which entries of the epoch of `ballot` are taken from `from`; null in any other. */
function broadcasting(core: Core, from: NodeId, ballot: Ballot): [Following, Broadcasting] | null {
  const { role } = core
  if (role.role !== 'following' || role.leader !== from || role.stage.stage !== 'broadcasting') return null
  if (!sameBallot(role.stage.ballot, ballot)) return null
  hearLeader(core, role)
  return [role, role.stage]
}

export function onPropose(
  core: Core,
  from: NodeId,
  { run, chosenThrough }: Of<'propose'>,
  effects: Effects,
): void {
  const taken = broadcasting(core, from, run.ballot)
  if (taken === null) return
  const missing = run.firstSlot > slotAfter(core.log.lastSlot)
  if (!missing) append(core, run, effects)
  taken[1].upToDate = true
  learn(core, chosenThrough, effects)
  acknowledge(core, ...taken, missing, effects)
}

/** To an observer: what it is sent is chosen. */
export function onInform(core: Core, from: NodeId, { run }: Of<'inform'>, effects: Effects): void {
  onPropose(core, from, { type: 'propose', run, chosenThrough: lastSlotOf(run) }, effects)
}

export function onCommit(
  core: Core,
  from: NodeId,
  { ballot, chosenThrough }: Of<'commit'>,
  effects: Effects,
): void {
  if (broadcasting(core, from, ballot) !== null) learn(core, chosenThrough, effects)
}

/** What the leader knows as chosen is chosen here as far as this history goes: it is the beginning of the leader's. */
function learn(core: Core, chosenThrough: Slot, effects: Effects): void {
  learnThrough(core, slot(Math.min(chosenThrough, core.log.lastSlot)), effects)
}

/** Vouches for the whole history, once it is written. */
export function acknowledge(
  core: Core,
  { leader, session }: Following,
  { ballot, round }: Broadcasting,
  missing: boolean,
  effects: Effects,
): void {
  const through = core.log.lastSlot
  effects.sendAfterPersist(leader, { type: 'ack', session, ballot, through, round, missing })
}

/** The leader gives up in favour of `to`, whom everybody follows without an election. */
export function onHandOver(core: Core, from: NodeId, { ballot, to }: Of<'handOver'>, effects: Effects): void {
  if (broadcasting(core, from, ballot) === null) return
  if (to === core.self) becomeDiscovering(core, effects)
  else follow(core, to, effects)
}
