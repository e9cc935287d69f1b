/**
 * The candidate: phase 1 for all slots that are not known as chosen. Does not know when to stand (election.ts).
 *
 * The quorum: promises from a quorum of the membership known here and of every membership found in a report. A
 * membership that was chosen unknown to this node was accepted by a quorum of the one before it, so some promise reports
 * it; by induction every later one is found too, and with it all that was chosen under it.
 */
import { type NodeId, slotAfter } from '../../base/ids.ts'
import { nextBallot, sameBallot } from '../ballot.ts'
import { binding } from '../paxos/proposer.ts'
import { isQuorum } from '../quorum.ts'
import type { Run } from '../value.ts'
import { prepare, raisePromise } from './acceptor.ts'
import type { Core, Effects, Preparing } from './core.ts'
import { becomeFollower } from './follower.ts'
import { becomeLeader } from './leader.ts'
import type { Message } from './messages.ts'

/** Stands: promises a ballot of its own to itself and, once that is written, asks every voter for theirs. */
export function stand(core: Core, ticksLeft: number, effects: Effects): void {
  const ballot = nextBallot(core.highestSeen, core.self)
  raisePromise(core, ballot, effects)
  const from = slotAfter(core.chosenThrough)
  core.role = {
    role: 'preparing',
    ballot,
    from,
    asked: new Set(core.membership.voters),
    promises: new Set(),
    found: new Map(),
    ticksLeft,
  }
  for (const node of core.membership.voters) effects.sendAfterPersist(node, { type: 'prepare', ballot, from })
}

/** A prepare from `from`: whoever promises it gives up every role under a lower ballot. */
export function onPrepare(
  core: Core,
  from: NodeId,
  message: Extract<Message, { type: 'prepare' }>,
  effects: Effects,
): void {
  const before = core.promised
  const promised = prepare(core, from, message.ballot, message.from, effects)
  if (promised && !sameBallot(before, core.promised)) becomeFollower(core)
}

export function onPromise(
  core: Core,
  role: Preparing,
  from: NodeId,
  message: Extract<Message, { type: 'promise' }>,
  effects: Effects,
): void {
  if (!sameBallot(message.ballot, role.ballot)) return
  for (const run of message.runs) merge(role, run)
  if (!message.complete) {
    effects.send(from, { type: 'prepare', ballot: role.ballot, from: slotAfter(message.through) })
    return
  }
  role.promises.add(from)
  const memberships = [core.membership, ...foundMemberships(role)]
  for (const node of memberships.flatMap(({ voters }) => voters)) {
    if (role.asked.has(node)) continue
    role.asked.add(node)
    effects.send(node, { type: 'prepare', ballot: role.ballot, from: role.from })
  }
  if (memberships.every(({ voters }) => isQuorum(voters, node => role.promises.has(node))))
    becomeLeader(core, role)
}

function merge(role: Preparing, run: Run): void {
  run.values.forEach((value, index) => {
    const at = slotAfter(run.firstSlot, index)
    if (at >= role.from) role.found.set(at, binding(role.found.get(at), { ballot: run.ballot, value }))
  })
}

function* foundMemberships(role: Preparing) {
  for (const { value } of role.found.values()) {
    if (!(value instanceof Uint8Array) && value.type === 'membership') yield value.membership
  }
}
