/**
 * Fast leader election: liveness only. Whoever is elected here wrongly gets no quorum in discovery.ts; whoever is elected
 * with a poor history takes over a better one there.
 *
 * A voter votes for the best (epoch, last zxid, id) among those that are able: voters that hear a quorum which hears them.
 * It votes only for whom it hears itself, both ways, and not for what others tell of a third: so nobody votes for ever for
 * one that cannot be reached, and of those that a quorum can reach the best wins. One that hears its leader only says so:
 * whoever merely lost its own connections looks, finds nobody to vote for it, and has disturbed nobody. One that has not
 * heard its leader for as long as anybody waits looks too as soon as it is asked, so that the first to lose its patience
 * is enough.
 *
 * Source: Medeiros, ZooKeeper's atomic broadcast protocol (2012), section 4.1, but for the three rules above.
 */
import { compareIds, type NodeId } from '../../base/ids.ts'
import { electionTimeoutTicksMin, heartbeatTicks, leaderlessTicksMax, membersMax } from '../../base/limits.ts'
import { isVoter } from '../membership.ts'
import { isQuorum } from '../quorum.ts'
import type { Core, Effects, Following, Looking } from './core.ts'
import { becomeDiscovering } from './discovery.ts'
import { follow, greetAgain } from './follower.ts'
import { compareHistories, credentialsOf, membershipsOf } from './history.ts'
import type { Credentials, Notification } from './messages.ts'

/** Whatever was going on is over: looks for a leader, in a new round. Not to be elected for `restTicks`. */
export function look(core: Core, restTicks = 0): Looking {
  core.round++
  const role = freshLooking(restTicks)
  core.role = role
  return role
}

/** One that has heard nobody yet. */
export const freshLooking = (restTicks = 0): Looking => ({
  role: 'looking',
  contacts: new Map(),
  vote: null,
  able: false,
  restTicks,
  toldTicks: 0,
  tell: true,
})

export function tickLooking(role: Looking): void {
  if (role.restTicks > 0) role.restTicks--
  for (const [node, contact] of role.contacts)
    if (++contact.silentTicks > leaderlessTicksMax) role.contacts.delete(node)
  if (++role.toldTicks >= heartbeatTicks) role.tell = true
}

export function onNotification(core: Core, from: NodeId, said: Notification, effects: Effects): void {
  const { role } = core
  switch (role.role) {
    case 'looking':
      return hear(core, role, from, said, effects)
    case 'discovering':
    case 'leading':
      if (said.state !== 'looking') return
      core.round = Math.max(core.round, said.round)
      if (role.role === 'leading') role.roundWanted = true
      effects.send(from, notification(core, from))
      return
    case 'following':
      if (from === role.leader && said.state === 'leading') return greetAgain(core, role, effects)
      if (from === role.leader && said.state === 'looking' && said.round > role.round) {
        core.round = Math.max(core.round, said.round - 1)
        return hear(core, look(core), from, said, effects)
      }
      if (said.state !== 'looking') return
      if (missesLeader(core, role)) return hear(core, look(core), from, said, effects)
      effects.send(from, notification(core, from))
      return
  }
}

/** Whether this voter would give its leader up before long, and may as well do so when another asks. */
function missesLeader({ self, membership }: Core, { suspected, silentTicks }: Following): boolean {
  return isVoter(membership, self) && (suspected || silentTicks >= electionTimeoutTicksMin)
}

function hear(core: Core, role: Looking, from: NodeId, said: Notification, effects: Effects): void {
  if (role.contacts.size >= membersMax && !role.contacts.has(from)) return
  role.contacts.set(from, { said, silentTicks: 0 })
  switch (said.state) {
    case 'leading':
      if (said.round >= core.round) follow(core, from, effects)
      return
    case 'following':
      // Its election is over, this node's leadership is too: only a later round tells it so.
      if (said.vote === core.self && said.round >= core.round) enterRound(core, role, said.round + 1)
      return
    case 'looking':
      if (said.round > core.round) enterRound(core, role, said.round)
      if (!said.hears || said.round < core.round) effects.send(from, notification(core, from))
      return
  }
}

function enterRound(core: Core, role: Looking, round: number): void {
  core.round = round
  role.tell = true
}

/** At the end of a step: votes anew, and tells everybody what has changed. */
export function finishLooking(core: Core, role: Looking, effects: Effects): void {
  const { self, membership } = core
  const able =
    role.restTicks === 0 &&
    isVoter(membership, self) &&
    isQuorum(membership.voters, node => node === self || hearsBack(role, node))
  const vote = bestCandidate(core, role, able)
  if (able !== role.able || vote !== role.vote) role.tell = true
  role.able = able
  role.vote = vote
  if (vote === self && isQuorum(membership.voters, node => node === self || votesFor(core, role, node)))
    return becomeDiscovering(core, effects)
  if (!role.tell) return
  role.tell = false
  role.toldTicks = 0
  for (const node of audience(core, role)) effects.send(node, notification(core, node))
}

const hearsBack = ({ contacts }: Looking, node: NodeId): boolean => contacts.get(node)?.said.hears ?? false

/** Whether `node` votes for this one in this round. */
function votesFor({ self, round }: Core, { contacts }: Looking, node: NodeId): boolean {
  const said = contacts.get(node)?.said
  return said?.state === 'looking' && said.round === round && said.vote === self
}

function bestCandidate(core: Core, role: Looking, able: boolean): NodeId | null {
  let best: { node: NodeId; credentials: Credentials } | null = able
    ? { node: core.self, credentials: credentialsOf(core) }
    : null
  for (const [node, { said }] of role.contacts) {
    if (said.state !== 'looking' || said.round !== core.round || !said.able || !said.hears) continue
    const { credentials } = said
    const isBetter =
      best === null || (compareHistories(credentials, best.credentials) || compareIds(node, best.node)) > 0
    if (isBetter) best = { node, credentials }
  }
  return best?.node ?? null
}

/** Voters of every membership that may be in force, and whoever was heard; for one that does not vote, the latter. */
function audience(core: Core, { contacts }: Looking): ReadonlySet<NodeId> {
  const votes = isVoter(core.membership, core.self)
  const voters = votes ? membershipsOf(core).flatMap(membership => membership.voters) : []
  const nodes = new Set([...voters, ...contacts.keys()])
  nodes.delete(core.self)
  return nodes
}

/** What this node has to say of elections to `to`. */
export function notification(core: Core, to: NodeId): Notification {
  const { role, round, self } = core
  const common = { type: 'notification', round, credentials: credentialsOf(core) } as const
  switch (role.role) {
    case 'looking':
      return {
        ...common,
        state: 'looking',
        vote: role.vote,
        able: role.able,
        hears: role.contacts.has(to),
      }
    case 'discovering':
    case 'leading':
      return { ...common, state: 'leading', vote: self, able: true, hears: true }
    case 'following':
      return { ...common, state: 'following', vote: role.leader, able: false, hears: true }
  }
}
