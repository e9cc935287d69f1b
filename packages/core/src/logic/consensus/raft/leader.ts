/**
 * The leader: gives values their slots, counts voters, moves the commit index. Does not know how it was elected
 * (candidate.ts), when to step down (election.ts), or how members are kept supplied (replication.ts).
 *
 * Source: Ongaro and Ousterhout (2014), section 5.4.2: only entries of its own term are counted. Which memberships it
 * may append: configurations.ts.
 */
import { type NodeId, noSlot, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { pipelineSlotsMax, proposalQueueMax, transferTicks } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { changeMembership, isVoter, type MembershipChange } from '../membership.ts'
import { quorumSlot } from '../quorum.ts'
import { answerReads } from '../reads.ts'
import { noop, type Value } from '../value.ts'
import type { Core, Effects, Leader } from './core.ts'
import { append, ballotAt, learnThrough } from './entries.ts'
import { becomeFollower } from './follower.ts'
import { advance, beat, dropFormerMembers, progressOf, supply, tellChosen } from './replication.ts'

/** The election is won: an entry of the new term follows at once, in the first log ever the founding membership. */
export function becomeLeader(core: Core, ballot: Ballot, effects: Effects): void {
  const { lastSlot } = core.log
  const role: Leader = {
    role: 'leader',
    ballot,
    establishedAt: slotAfter(lastSlot),
    queue: [],
    peers: new Map(),
    round: 0,
    roundTicks: 0,
    roundWanted: true,
    reads: [],
    transfer: null,
  }
  core.role = role
  const first: Value =
    lastSlot === noSlot ? { type: 'membership', membership: core.configurations.inForce } : noop
  appendOwn(core, role, [first], effects)
}

/** Commands wait for the end of the step. Dropped while handing over and when too many wait: their origin asks again. */
export function propose(role: Leader, commands: readonly Uint8Array[]): void {
  if (role.transfer !== null || role.queue.length + commands.length > proposalQueueMax) return
  for (const command of commands) role.queue.push(command)
}

/** A leader that is to go hands over first: whoever could choose its removal could lead in its place. */
export function proposeChange(core: Core, role: Leader, change: MembershipChange): void {
  if (isChanging(core, role) || role.transfer !== null) return
  const changed = changeMembership(core.configurations.inForce, change)
  if (!changed.ok) return
  if (isVoter(changed.value, core.self)) role.queue.push({ type: 'membership', membership: changed.value })
  else handOver(core, role)
}

function handOver(core: Core, role: Leader): void {
  const reached = (node: NodeId) => role.peers.get(node)?.matchedThrough ?? noSlot
  const [to] = core.configurations.inForce.voters
    .filter(node => node !== core.self)
    .sort((a, b) => reached(b) - reached(a))
  if (to !== undefined) beginTransfer(core, role, to)
}

/** The leader hands over to `to`: no more proposals from here on, until it is done or takes too long. */
export function beginTransfer(core: Core, role: Leader, to: NodeId): void {
  if (to === core.self || !isVoter(core.configurations.inForce, to)) return
  role.transfer = { to, ticksLeft: transferTicks }
}

/** Whether a membership change is under way, or this leader has not yet chosen anything of its own. */
export function isChanging(core: Core, role: Leader): boolean {
  return core.chosenThrough < role.establishedAt || core.configurations.isOpen || role.queue.some(isChange)
}

const isChange = (value: Value): boolean => !(value instanceof Uint8Array) && value.type === 'membership'

export function onAppended(
  core: Core,
  role: Leader,
  from: NodeId,
  { ballot, through, round }: { readonly ballot: Ballot; readonly through: Slot; readonly round: number },
  effects: Effects,
): void {
  if (!sameBallot(ballot, role.ballot) || !core.configurations.everyone.has(from)) return
  const peer = progressOf(core, role, from)
  peer.silentTicks = 0
  peer.flow.heard()
  peer.round = Math.max(peer.round, round)
  advance(peer, through)
  countChosen(core, role, effects)
}

/** Chosen: what a quorum of the voters holds, if it is of this term; and with it all before. */
function countChosen(core: Core, role: Leader, effects: Effects): void {
  const matched = (node: NodeId) => role.peers.get(node)?.matchedThrough ?? noSlot
  const reached = quorumSlot(core.configurations.inForce.voters, matched)
  const ballot = ballotAt(core, reached)
  if (ballot !== undefined && sameBallot(ballot, role.ballot)) learnThrough(core, reached, effects)
}

/** What a leader does once at the end of each step, for all that the step brought. */
export function finishStep(core: Core, role: Leader, effects: Effects): void {
  fillSlots(core, role, effects)
  supply(core, role, effects)
  tellChosen(core, role, effects)
  if (role.roundWanted) beat(core, role, effects)
  answerReads(role, core, core.configurations.inForce.voters, effects)
  dropFormerMembers(core, role)
  // Elected to get its own removal chosen, which everybody was told by now.
  const isOut = !isVoter(core.configurations.chosen, core.self) && !core.configurations.isOpen
  if (isOut) becomeFollower(core)
  else if (role.transfer !== null) finishTransfer(core, role, role.transfer.to, effects)
}

/** Moves what waits into slots while the pipeline is open. */
function fillSlots(core: Core, role: Leader, effects: Effects): void {
  const open = slot(Math.max(0, pipelineSlotsMax - (core.log.lastSlot - core.chosenThrough)))
  const values = role.queue.splice(0, open)
  if (values.length > 0) appendOwn(core, role, values, effects)
}

/** Its own vote counts when it comes back, after the write. */
function appendOwn(core: Core, role: Leader, values: readonly Value[], effects: Effects): void {
  const { ballot, round } = role
  append(core, { ballot, firstSlot: slotAfter(core.log.lastSlot), values }, effects)
  effects.sendAfterPersist(core.self, { type: 'appended', ballot, through: core.log.lastSlot, round })
}

/** Once the successor has everything, it is asked to stand. */
function finishTransfer(core: Core, role: Leader, to: NodeId, effects: Effects): void {
  if (role.queue.length === 0 && role.peers.get(to)?.matchedThrough === core.log.lastSlot)
    effects.send(to, { type: 'timeoutNow', ballot: role.ballot })
}
