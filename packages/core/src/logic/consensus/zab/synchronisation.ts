/**
 * The follower in phases 1 and 2: acknowledges the epoch with a report of its history, lets the leader make that history
 * the beginning of its own, and then belongs to the epoch. And what it tells the elected one of its history.
 *
 * The order at NEWLEADER: what is put into the history is written first, or in the same atomic write, the epoch with or after
 * it, and only then does the acknowledgement leave. The other order has lost data: a node that says it belongs to an epoch
 * without having its initial history wins elections over those that have it.
 *
 * Source: Junqueira, Reed and Serafini (2011), section IV.B; Medeiros (2012), section 3.2.
 */
import type { NodeId } from '../../base/ids.ts'
import { sameBallot } from '../ballot.ts'
import type { Core, Effects, Following, Synchronising } from './core.ts'
import { acceptEpoch, rulesOut } from './discovery.ts'
import { acknowledge, follow, grantPatience, hearLeader } from './follower.ts'
import { commonThrough, pageAfter, reportOf, takeOver } from './history.ts'
import type { Of } from './messages.ts'

export function onNewEpoch(
  core: Core,
  from: NodeId,
  { session, ballot }: Of<'newEpoch'>,
  effects: Effects,
): void {
  const { role } = core
  if (role.role !== 'following' || role.leader !== from || ballot.node !== from) return
  if (role.session !== session) {
    // The leader takes it for one of another session: that must end, or neither hears the other.
    if (role.stage.stage !== 'greeting' && sameBallot(role.stage.ballot, ballot)) follow(core, from, effects)
    return
  }
  if (rulesOut(core.accepted, ballot)) {
    effects.send(from, { type: 'refused', accepted: core.accepted })
    return
  }
  if (role.stage.stage !== 'greeting' && sameBallot(role.stage.ballot, ballot)) return
  acceptEpoch(core, ballot, effects)
  const stage: Synchronising = {
    stage: 'synchronising',
    ballot,
    page: 1,
    isPrefix: false,
    newLeader: null,
  }
  role.stage = stage
  hearLeader(core, role)
  grantPatience(core, role)
  report(core, role, stage, effects)
}

/** Acknowledges the epoch, once it is written; the same again until the leader answers. */
export function report(core: Core, role: Following, { ballot, page }: Synchronising, effects: Effects): void {
  role.waitedTicks = 0
  const { session, leader } = role
  effects.sendAfterPersist(leader, { type: 'ackEpoch', session, ballot, page, report: reportOf(core) })
}

export function onSync(core: Core, from: NodeId, message: Of<'sync'>, effects: Effects): void {
  const { role } = core
  if (role.role !== 'following' || role.leader !== from || role.session !== message.session) return
  const { stage } = role
  if (stage.stage !== 'synchronising' || !sameBallot(stage.ballot, message.ballot)) return
  if (stage.page !== message.page) return
  hearLeader(core, role)
  const { keepThrough, runs, through } = message
  const isOfEpoch = sameBallot(core.current, stage.ballot)
  if (!isOfEpoch && keepThrough <= core.log.lastSlot) takeOver(core, keepThrough, runs, effects)
  stage.isPrefix = true
  stage.page++
  if (core.log.lastSlot < through) report(core, role, stage, effects)
  else joinEpoch(core, role, stage, effects)
}

export function onNewLeader(
  core: Core,
  from: NodeId,
  { session, ballot, through }: Of<'newLeader'>,
  effects: Effects,
): void {
  const { role } = core
  if (role.role !== 'following' || role.leader !== from || role.session !== session) return
  const { stage } = role
  if (stage.stage !== 'synchronising' || !sameBallot(stage.ballot, ballot)) return
  hearLeader(core, role)
  stage.newLeader = through
  joinEpoch(core, role, stage, effects)
}

/** Belongs to the epoch from here on, if its initial history is here: written earlier, or in the same write. */
function joinEpoch(core: Core, role: Following, stage: Synchronising, effects: Effects): void {
  const { ballot, isPrefix, newLeader } = stage
  if (!isPrefix || newLeader === null || core.log.lastSlot < newLeader) return
  if (!sameBallot(core.current, ballot)) {
    core.current = ballot
    effects.saveHardState()
  }
  const joined = { stage: 'broadcasting', ballot, upToDate: false, round: 0 } as const
  const broadcasting = { ...joined }
  role.stage = broadcasting
  acknowledge(core, role, broadcasting, false, effects)
}

/** The one that is to lead takes over the history here, which does not change before that one leads. */
export function onFetch(core: Core, from: NodeId, message: Of<'fetch'>, effects: Effects): void {
  const { role } = core
  if (role.role !== 'following' || role.leader !== from) return
  const { stage } = role
  const { ballot, page } = message
  if (stage.stage !== 'synchronising' || stage.isPrefix || !sameBallot(stage.ballot, ballot)) return
  hearLeader(core, role)
  const keepThrough = commonThrough(core, message.report)
  if (keepThrough === null) return core.snapshots.offer(from, effects)
  const through = core.log.lastSlot
  const runs = pageAfter(core, keepThrough, through)
  effects.send(from, { type: 'history', ballot, page, keepThrough, runs, through })
}
