/**
 * The leader: gives values their slots, counts voters, moves the watermark. Does not know how it was elected
 * (candidate.ts), when to step down (election.ts), or how members are kept supplied (replication.ts).
 *
 * A membership change closes the pipeline: nothing is proposed after it until it is chosen, so that every slot is
 * counted by the membership in force at that slot. Old and new membership differ by at most one voter.
 */
import { assert } from '../../base/assert.ts'
import { type NodeId, noSlot, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { pipelineSlotsMax, proposalQueueMax } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { changeMembership, isMember, type MembershipChange } from '../membership.ts'
import { quorumSlot } from '../quorum.ts'
import { answerReads } from '../reads.ts'
import { noop, type Value } from '../value.ts'
import { accept } from './acceptor.ts'
import type { Core, Effects, Leader, Preparing } from './core.ts'
import { learnThrough } from './learner.ts'
import { beat, dropFormerMembers, progressOf, supply, tellChosen } from './replication.ts'

/** Phase 1 is won: takes over what was found, fills holes, and proposes something of its own to be able to serve. */
export function becomeLeader(core: Core, { ballot, found }: Preparing): void {
  let last = core.chosenThrough
  for (const at of found.keys()) if (at > last) last = at
  const queue: Value[] = []
  for (let at = slotAfter(core.chosenThrough); at <= last; at = slotAfter(at))
    queue.push(found.get(at)?.value ?? noop)
  queue.push(last === noSlot ? { type: 'membership', membership: core.membership } : noop)
  core.role = {
    role: 'leader',
    ballot,
    proposedThrough: core.chosenThrough,
    establishedAt: slotAfter(last),
    queue,
    changingAt: null,
    peers: new Map(),
    round: 0,
    roundTicks: 0,
    roundWanted: true,
    reads: [],
    transfer: null,
  }
}

/** Commands wait for the end of the step. Dropped while handing over and when too many wait: their origin asks again. */
export function propose(role: Leader, commands: readonly Uint8Array[]): void {
  if (role.transfer !== null || role.queue.length + commands.length > proposalQueueMax) return
  for (const command of commands) role.queue.push(command)
}

export function proposeChange(core: Core, role: Leader, change: MembershipChange): void {
  if (isChanging(core, role) || role.transfer !== null) return
  const changed = changeMembership(core.membership, change)
  if (changed.ok) role.queue.push({ type: 'membership', membership: changed.value })
}

/** Whether a membership change is under way, or this leader has not yet chosen anything of its own. */
export function isChanging(core: Core, role: Leader): boolean {
  return core.chosenThrough < role.establishedAt || role.changingAt !== null || role.queue.some(isChange)
}

const isChange = (value: Value): boolean => !(value instanceof Uint8Array) && value.type === 'membership'

export function onAccepted(
  core: Core,
  role: Leader,
  from: NodeId,
  ballot: Ballot,
  through: Slot,
  round: number,
  effects: Effects,
): void {
  if (!sameBallot(ballot, role.ballot) || !isMember(core.membership, from)) return
  const peer = progressOf(core, role, from)
  if (!peer.heard) {
    peer.next = slotAfter(through)
    peer.flow.begin()
  }
  peer.heard = true
  peer.silentTicks = 0
  peer.flow.heard()
  peer.round = Math.max(peer.round, round)
  if (through > peer.matchedThrough) {
    peer.matchedThrough = through
    peer.flow.arrived(through)
    peer.waitedTicks = 0
  }
  if (peer.next <= peer.matchedThrough) peer.next = slotAfter(peer.matchedThrough)
  countChosen(core, role, effects)
}

/** Chosen: what a quorum of the voters has accepted in this ballot. */
function countChosen(core: Core, role: Leader, effects: Effects): void {
  const matched = (node: NodeId) => role.peers.get(node)?.matchedThrough ?? noSlot
  const reached = quorumSlot(core.membership.voters, matched)
  learnThrough(core, slot(Math.min(reached, role.proposedThrough)), effects)
  if (role.changingAt !== null && role.changingAt <= core.chosenThrough) role.changingAt = null
}

/** What a leader does once at the end of each step, for all that the step brought. */
export function finishStep(core: Core, role: Leader, effects: Effects): void {
  fillSlots(core, role, effects)
  supply(core, role, effects)
  tellChosen(core, role, effects)
  if (role.roundWanted) beat(core, role, effects)
  answerReads(role, core, core.membership.voters, effects)
  dropFormerMembers(core, role)
}

/** Moves what waits into slots while the pipeline is open. Its own vote counts when it comes back, after the write. */
function fillSlots(core: Core, role: Leader, effects: Effects): void {
  const firstSlot = slotAfter(role.proposedThrough)
  const values: Value[] = []
  while (role.changingAt === null && role.proposedThrough - core.chosenThrough < pipelineSlotsMax) {
    const value = role.queue[values.length]
    if (value === undefined) break
    values.push(value)
    role.proposedThrough = slotAfter(role.proposedThrough)
    if (isChange(value)) role.changingAt = role.proposedThrough
  }
  if (values.length === 0) return
  role.queue.splice(0, values.length)
  const accepted = accept(core, { ballot: role.ballot, firstSlot, values }, effects)
  assert(accepted, 'a leader that promised something higher has stepped down')
  const { ballot, proposedThrough: through, round } = role
  effects.sendAfterPersist(core.self, { type: 'accepted', ballot, through, round })
}
