/**
 * The leader: brings its history to the others (phase 2, replication.ts), and once a quorum has it gives new values their slots
 * (phase 3), counts acknowledgements, moves the watermark. Does not know how it was elected or how members are supplied.
 *
 * An acknowledgement counts only from a node that belongs to the epoch: it has the leader's history from the very beginning
 * through the slot, so a quorum of them chooses also what earlier epochs left behind.
 *
 * A membership change closes the pipeline: nothing is proposed after it until it is chosen, so that every slot is counted by
 * the membership in force at that slot. Old and new membership differ by at most one voter. An initial history may hold
 * changes that are not known as chosen: then it is counted piece by piece, each up to the next change.
 *
 * Source: Junqueira, Reed and Serafini (2011), sections IV.B and IV.C.
 */
import { type NodeId, noSlot, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { pipelineSlotsMax, proposalQueueMax } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { changeMembership, isVoter, type MembershipChange } from '../membership.ts'
import { isQuorum, quorumSlot } from '../quorum.ts'
import type { Value } from '../value.ts'
import type { Core, Discovering, Effects, Leading } from './core.ts'
import { append, learnThrough } from './history.ts'
import type { Of } from './messages.ts'
import { answerReads } from './reads.ts'
import {
  beat,
  dropFormerMembers,
  nameSession,
  progressOf,
  startAgain,
  supply,
  synchronise,
  tellChosen,
} from './replication.ts'
import { leave } from './tenure.ts'

/** Discovery is over: this history is the initial one of `ballot`. The leader joins its epoch as every follower does. */
export function becomeLeading(
  core: Core,
  { followers, reports }: Discovering,
  ballot: Ballot,
  effects: Effects,
): void {
  const initialThrough = core.log.lastSlot
  const role: Leading = {
    role: 'leading',
    ballot,
    initialThrough,
    established: false,
    proposedThrough: initialThrough,
    queue: [],
    changingAt: null,
    peers: new Map(),
    round: 0,
    roundTicks: 0,
    roundWanted: true,
    reads: [],
    transfer: null,
  }
  core.role = role
  core.current = ballot
  effects.saveHardState()
  vouch(core, role, effects)
  for (const [node, { session }] of followers) {
    progressOf(role, node).session = session
    const report = reports.get(node)
    if (report && node !== core.self) synchronise(core, role, node, 1, report, effects)
  }
}

/** The leader's own acknowledgement, which counts when it comes back, after the write. */
function vouch(core: Core, { ballot, proposedThrough: through, round }: Leading, effects: Effects): void {
  effects.sendAfterPersist(core.self, { type: 'ack', session: 0, ballot, through, round, missing: false })
}

/** Commands wait for the end of the step. Dropped while handing over and when too many wait: their origin asks again. */
export function propose(role: Leading, commands: readonly Uint8Array[]): void {
  if (!role.established || role.transfer !== null) return
  if (role.queue.length + commands.length > proposalQueueMax) return
  for (const command of commands) role.queue.push(command)
}

export function proposeChange(core: Core, role: Leading, change: MembershipChange): void {
  if (isChanging(role) || role.transfer !== null) return
  const changed = changeMembership(core.membership, change)
  if (changed.ok) role.queue.push({ type: 'membership', membership: changed.value })
}

/** Whether a membership change is under way, or this leader may not propose yet. */
export const isChanging = ({ established, changingAt, queue }: Leading): boolean =>
  !established || changingAt !== null || queue.some(isChange)

const isChange = (value: Value): boolean => !(value instanceof Uint8Array) && value.type === 'membership'

export function onAck(
  core: Core,
  role: Leading,
  from: NodeId,
  { session, ballot, through, round, missing }: Of<'ack'>,
  effects: Effects,
): void {
  const peer = role.peers.get(from)
  if (!sameBallot(ballot, role.ballot)) return
  if (peer?.session !== session) return nameSession(core, role, from, effects)
  if (through > role.proposedThrough) return
  if (!peer.synced) {
    peer.next = slotAfter(through)
    peer.flow.begin()
    peer.toldThrough = noSlot
  }
  peer.joined = true
  peer.synced = true
  peer.silentTicks = 0
  peer.flow.heard()
  peer.round = Math.max(peer.round, round)
  if (through > peer.matchedThrough) {
    peer.matchedThrough = through
    peer.flow.arrived(through)
    peer.waitedTicks = 0
  }
  if (peer.next <= peer.matchedThrough) peer.next = slotAfter(peer.matchedThrough)
  if (missing && peer.waitedTicks > 0) startAgain(peer)
  countChosen(core, role, effects)
}

/** Chosen: what a quorum of the voters in force there has durably, all of it belonging to this epoch. */
function countChosen(core: Core, role: Leading, effects: Effects): void {
  const matched = (node: NodeId) => role.peers.get(node)?.matchedThrough ?? noSlot
  for (;;) {
    const reached = Math.min(quorumSlot(core.membership.voters, matched), nextChange(core, role))
    if (reached <= core.chosenThrough) break
    learnThrough(core, slot(reached), effects)
  }
  if (role.changingAt !== null && role.changingAt <= core.chosenThrough) role.changingAt = null
  if (!role.established && core.chosenThrough >= role.initialThrough) establish(core, role)
}

/** The first slot not known as chosen that holds a membership, or the last slot: the pipeline closes at a change. */
function nextChange({ chosenThrough, log }: Core, { established, proposedThrough }: Leading): Slot {
  if (established) return proposedThrough
  for (let at = slotAfter(chosenThrough); at < proposedThrough; at = slotAfter(at)) {
    const entry = log.at(at)
    if (entry && isChange(entry.value)) return at
  }
  return proposedThrough
}

/** NEWLEADER is acknowledged by a quorum: the epoch is established. */
function establish(core: Core, role: Leading): void {
  if (!isQuorum(core.membership.voters, node => role.peers.get(node)?.joined ?? false)) return
  role.established = true
  role.roundWanted = true
  if (role.initialThrough === noSlot) role.queue.push({ type: 'membership', membership: core.membership })
}

/** What a leader does once at the end of each step, for all that the step brought. */
export function finishLeading(core: Core, role: Leading, effects: Effects): void {
  fillSlots(core, role, effects)
  supply(core, role, effects)
  tellChosen(core, role, effects)
  if (role.roundWanted) beat(core, role, effects)
  answerReads(core, role, effects)
  if (!role.established) return
  dropFormerMembers(core, role)
  if (!isVoter(core.membership, core.self)) leave(core, role, effects)
}

/** Moves what waits into slots while the pipeline is open. Its own acknowledgement counts when it comes back. */
function fillSlots(core: Core, role: Leading, effects: Effects): void {
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
  append(core, { ballot: role.ballot, firstSlot, values }, effects)
  vouch(core, role, effects)
}
