/**
 * Discovery (phase 1): the elected one learns from a quorum the number of its epoch and the history that it begins with.
 * Does not know how it was elected.
 *
 * The epoch is above all that a quorum had accepted, and each of a quorum durably accepts it, once and from one leader: so
 * no two get through with the same number, and whatever an earlier leader did not get chosen by then, it never will. The
 * history is the latest of that quorum; where it is another's, it is fetched (the paper's phase 1; ZooKeeper gives up and
 * elects again, which never ends when only one with a poorer history reaches a quorum).
 *
 * The quorums: of the membership in force at the last slot that any of them knows to be chosen, and of every membership found
 * behind that in a report. A membership that was chosen
 * unknown to this node was acknowledged by a quorum of the one before it, so some report names it, or a later one that was
 * chosen too; by induction the last that was chosen is among those found. Old and new membership differ by one voter at
 * most, so the quorum of that last one shares a voter with those who acknowledged it, and every slot before.
 *
 * Source: Junqueira, Reed and Serafini (2011), section IV.A.
 */
import type { NodeId } from '../../base/ids.ts'
import { candidacyRetryTicksMax, heartbeatTicks, leaderlessTicksMax } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import type { Membership } from '../membership.ts'
import { isQuorum } from '../quorum.ts'
import type { Core, Discovering, Effects } from './core.ts'
import { look, notification } from './election.ts'
import { compareHistories, credentialsOf, reportOf, sameHistory, standingsOf, takeOver } from './history.ts'
import { becomeLeading } from './leader.ts'
import type { Credentials, Of, Report } from './messages.ts'

export function becomeDiscovering(core: Core, effects: Effects): void {
  const role: Discovering = {
    role: 'discovering',
    followers: new Map([[core.self, { session: 0, accepted: core.accepted }]]),
    ballot: null,
    reports: new Map(),
    adopting: null,
    ticksLeft: leaderlessTicksMax,
    waitedTicks: 0,
  }
  core.role = role
  ask(core, role, effects)
  proposeEpoch(core, role, effects)
}

export function tickDiscovering(core: Core, role: Discovering, effects: Effects): void {
  if (--role.ticksLeft <= 0) {
    look(core, 1 + core.random.below(candidacyRetryTicksMax))
    return
  }
  if (++role.waitedTicks >= heartbeatTicks) ask(core, role, effects)
}

/** Asks everybody, again, for what is missing from them. */
function ask(core: Core, role: Discovering, effects: Effects): void {
  role.waitedTicks = 0
  for (const node of voters(core, role)) {
    if (node === core.self || role.reports.has(node)) continue
    if (!role.followers.has(node)) effects.send(node, notification(core, node))
    else if (role.ballot !== null) offerEpoch(role, role.ballot, node, effects)
  }
  if (role.adopting !== null) fetch(core, role, effects)
}

/** Of every membership found so far. */
const voters = (core: Core, role: Discovering): ReadonlySet<NodeId> =>
  new Set(found(core, role).flatMap(membership => membership.voters))

/**
 * One that was promoted before it learned anything knows of no membership, and adds none. What stands before a slot that
 * some node knows to be chosen was replaced there, or never chosen, whatever a node believes that has not heard of it.
 */
function found(core: Core, { reports }: Discovering): readonly Membership[] {
  const own = { chosenThrough: core.chosenThrough, memberships: standingsOf(core) }
  const histories = [own, ...reports.values()]
  const latest = Math.max(...histories.map(({ chosenThrough }) => chosenThrough))
  return histories
    .flatMap(({ chosenThrough, memberships }) =>
      memberships.filter(({ from }) => from > latest || (from === latest && chosenThrough === latest)),
    )
    .map(({ membership }) => membership)
    .filter(({ voters }) => voters.length > 0)
}

/** Of one that takes this node for its leader. */
export function onFollowerInfo(
  core: Core,
  role: Discovering,
  from: NodeId,
  { session, accepted }: Of<'followerInfo'>,
  effects: Effects,
): void {
  if (role.followers.get(from)?.session !== session) role.reports.delete(from)
  role.followers.set(from, { session, accepted })
  if (role.ballot === null || rulesOut(accepted, role.ballot)) return proposeEpoch(core, role, effects)
  offerEpoch(role, role.ballot, from, effects)
}

/** Once a quorum follows: a number above all that were accepted. Used only once it is on disk, hence never twice. */
function proposeEpoch(core: Core, role: Discovering, effects: Effects): void {
  if (!isQuorum(core.membership.voters, node => role.followers.has(node))) return
  const accepted = [...role.followers.values()].map(follower => follower.accepted.counter)
  const counter = 1 + Math.max(core.highestSeen, core.accepted.counter, ...accepted)
  const ballot = { counter, node: core.self }
  role.ballot = ballot
  role.reports.clear()
  role.adopting = null
  role.ticksLeft = leaderlessTicksMax
  acceptEpoch(core, ballot, effects)
  effects.sendAfterPersist(core.self, {
    type: 'ackEpoch',
    session: 0,
    ballot,
    page: 0,
    report: reportOf(core),
  })
  for (const node of role.followers.keys()) if (node !== core.self) offerEpoch(role, ballot, node, effects)
}

function offerEpoch(role: Discovering, ballot: Ballot, to: NodeId, effects: Effects): void {
  const session = role.followers.get(to)?.session
  if (session !== undefined) effects.sendAfterPersist(to, { type: 'newEpoch', session, ballot })
}

/** Accepts the epoch of `ballot`, which is not ruled out, and has that written. */
export function acceptEpoch(core: Core, ballot: Ballot, effects: Effects): void {
  if (sameBallot(core.accepted, ballot)) return
  core.accepted = ballot
  core.highestSeen = Math.max(core.highestSeen, ballot.counter)
  effects.saveHardState()
}

/** Whether one that accepted `accepted` must not take part in the epoch of `ballot`: a later one, or another leader's. */
export const rulesOut = (accepted: Ballot, ballot: Ballot): boolean =>
  accepted.counter > ballot.counter || (accepted.counter === ballot.counter && accepted.node !== ballot.node)

export function onAckEpoch(
  core: Core,
  role: Discovering,
  from: NodeId,
  { session, ballot, report }: Of<'ackEpoch'>,
  effects: Effects,
): void {
  if (role.ballot === null || !sameBallot(ballot, role.ballot)) return
  if (role.followers.get(from)?.session !== session) return
  if (!role.reports.has(from)) role.ticksLeft = leaderlessTicksMax
  role.reports.set(from, report)
  settle(core, role, effects)
}

/** With a quorum of every membership found: leads with the latest history, or fetches it first. */
export function settle(core: Core, role: Discovering, effects: Effects): void {
  if (role.ballot === null || role.adopting !== null) return
  const isReported = (node: NodeId) => role.reports.has(node)
  if (!found(core, role).every(membership => isQuorum(membership.voters, isReported))) return
  const best = latest(core, role.reports)
  if (best === null) return becomeLeading(core, role, role.ballot, effects)
  role.adopting = { from: best, page: 1 }
  fetch(core, role, effects)
}

/** Who reported a history that is later than this node's; null where none is. */
function latest(core: Core, reports: ReadonlyMap<NodeId, Report>): NodeId | null {
  let best: { node: NodeId; credentials: Credentials } | null = null
  const own = credentialsOf(core)
  for (const [node, report] of reports)
    if (compareHistories(report, best?.credentials ?? own) > 0) best = { node, credentials: report }
  return best === null || sameHistory(best.credentials, own) ? null : best.node
}

function fetch(core: Core, { ballot, adopting }: Discovering, effects: Effects): void {
  if (ballot === null || adopting === null) return
  effects.send(adopting.from, { type: 'fetch', ballot, page: adopting.page, report: reportOf(core) })
}

/** A page of the latest history. What this node has of it is at every moment the beginning of that history. */
export function onHistory(
  core: Core,
  role: Discovering,
  from: NodeId,
  { ballot, page, keepThrough, runs, through }: Of<'history'>,
  effects: Effects,
): void {
  const { adopting } = role
  if (role.ballot === null || !sameBallot(ballot, role.ballot)) return
  if (adopting === null || adopting.from !== from || adopting.page !== page) return
  if (keepThrough < core.chosenThrough || keepThrough > core.log.lastSlot) return
  takeOver(core, keepThrough, runs, effects)
  role.ticksLeft = leaderlessTicksMax
  if (core.log.lastSlot >= through) return becomeLeading(core, role, role.ballot, effects)
  adopting.page++
  fetch(core, role, effects)
}

/** A snapshot moved this node forward while it was fetching. */
export function fetchOn(core: Core, role: Discovering, effects: Effects): void {
  role.ticksLeft = leaderlessTicksMax
  if (role.adopting === null) return
  role.adopting.page++
  fetch(core, role, effects)
}

/** A follower has accepted another epoch since: this one needs a higher number. */
export function onRefusedEpoch(core: Core, role: Discovering, accepted: Ballot, effects: Effects): void {
  core.highestSeen = Math.max(core.highestSeen, accepted.counter)
  if (role.ballot !== null && rulesOut(accepted, role.ballot)) proposeEpoch(core, role, effects)
}
