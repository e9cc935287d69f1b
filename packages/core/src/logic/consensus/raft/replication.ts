/**
 * How a leader keeps every member supplied, each at its own pace: appends, the commit index, heartbeats, and again what
 * got lost. Where a member's log parts from the leader's is found by one append at a time; from there on they stream.
 * Does not count votes.
 *
 * Source: Ongaro (2014), sections 5.3 (hints), 10.2.1 (writing beside sending) and 10.2.2 (pipelining).
 */
import { type NodeId, noSlot, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax, pipelineSlotsMax } from '../../base/limits.ts'
import { sameBallot } from '../ballot.ts'
import { Flow } from '../flow.ts'
import { lastSlotOf, runBytes } from '../value.ts'
import type { Core, Effects, Leader, Progress } from './core.ts'
import { lastNotAbove, placeAt } from './entries.ts'
import type { Message } from './messages.ts'

type Append = Extract<Message, { type: 'append' }>

/** What the leader knows of `node`: of one not heard yet, that it may hold all but this term's entries. */
export function progressOf(core: Core, role: Leader, node: NodeId): Progress {
  const known = role.peers.get(node)
  if (known) return known
  const fresh: Progress = {
    matchedThrough: noSlot,
    next: slot(Math.max(role.establishedAt, core.log.forgottenThrough + 1)),
    probing: true,
    probed: null,
    flow: new Flow(),
    toldThrough: noSlot,
    round: 0,
    silentTicks: 0,
    waitedTicks: 0,
  }
  role.peers.set(node, fresh)
  return fresh
}

/** Members, and those that leave until it is chosen that they did. */
const others = (core: Core): readonly NodeId[] =>
  [...core.configurations.everyone].filter(node => node !== core.self)

/** Sends each member what it lacks, as far as its window allows. Members at the same slot get the same message. */
export function supply(core: Core, role: Leader, effects: Effects): void {
  const made = new Map<Slot, Append>()
  const appendFrom = (first: Slot): Append => {
    const message = made.get(first) ?? makeAppend(core, role, first)
    made.set(first, message)
    return message
  }
  for (const node of others(core)) {
    const peer = progressOf(core, role, node)
    if (peer.probing) probe(core, node, peer, appendFrom, effects)
    else stream(core, node, peer, appendFrom, effects)
  }
}

/** One append, or the offer of a snapshot where its place is forgotten; then an answer is waited for. */
function probe(
  core: Core,
  node: NodeId,
  peer: Progress,
  appendFrom: (first: Slot) => Append,
  effects: Effects,
): void {
  if (peer.probed !== null) return
  peer.waitedTicks = 0
  if (peer.next <= core.log.forgottenThrough) {
    peer.probed = core.log.forgottenThrough
    core.snapshots.offer(node, effects)
  } else {
    const message = appendFrom(peer.next)
    peer.probed = endOf(message)
    effects.send(node, message)
  }
}

function stream(
  core: Core,
  node: NodeId,
  peer: Progress,
  appendFrom: (first: Slot) => Append,
  effects: Effects,
): void {
  if (peer.next <= core.log.forgottenThrough) {
    startAgain(peer)
    probe(core, node, peer, appendFrom, effects)
    return
  }
  while (peer.next <= core.log.lastSlot && isOpen(peer)) {
    const message = appendFrom(peer.next)
    effects.send(node, message)
    peer.flow.send(endOf(message), bytesOf(message))
    peer.next = slotAfter(endOf(message))
    peer.toldThrough = core.chosenThrough
  }
}

const isOpen = ({ next, matchedThrough, flow }: Progress): boolean =>
  next - matchedThrough <= pipelineSlotsMax && flow.hasRoom

const bytesOf = ({ runs }: Append): number => runs.reduce((bytes, run) => bytes + runBytes(run), 0)

function makeAppend(core: Core, { ballot }: Leader, first: Slot): Append {
  const { runs } = core.log.runsFrom(first, { entriesMax: appendEntriesMax, bytesMax: appendBytesMax })
  const prev = placeAt(core, slotAfter(first, -1))
  return { type: 'append', ballot, prev, runs, chosenThrough: core.chosenThrough }
}

/** The last slot that a receiver holds who takes it over. */
function endOf({ prev, runs }: Append): Slot {
  const last = runs.at(-1)
  return last === undefined ? prev.slot : lastSlotOf(last)
}

/** `peer` vouched for `through`. What was looked for by probing is found once the probe, or its place, is vouched for. */
export function advance(peer: Progress, through: Slot): void {
  if (through > peer.matchedThrough) {
    peer.matchedThrough = through
    peer.flow.arrived(through)
    peer.waitedTicks = 0
  }
  if (peer.probing && peer.matchedThrough >= (peer.probed ?? slotAfter(peer.next, -1))) {
    peer.probing = false
    peer.next = slotAfter(peer.matchedThrough)
  } else if (peer.next <= peer.matchedThrough) {
    peer.next = slotAfter(peer.matchedThrough)
  }
}

/** The logs part before `prevSlot`: goes back to where they may match. Answers to what was sent before that are stale. */
export function onMismatched(
  core: Core,
  role: Leader,
  from: NodeId,
  { ballot, prevSlot, hint }: Extract<Message, { type: 'mismatched' }>,
): void {
  if (!sameBallot(ballot, role.ballot) || !core.configurations.everyone.has(from)) return
  const peer = progressOf(core, role, from)
  peer.silentTicks = 0
  peer.flow.heard()
  if (prevSlot <= peer.matchedThrough || prevSlot >= peer.next) return
  if (peer.probing && prevSlot !== slotAfter(peer.next, -1)) return
  const floor = slot(Math.max(peer.matchedThrough, Math.min(hint.slot, core.log.forgottenThrough)))
  peer.next = slotAfter(lastNotAbove(core, hint, floor))
  peer.flow.begin()
  peer.probing = true
  peer.probed = null
}

/** Tells the commit index to everyone who has not heard it with an append, those who just left included. */
export function tellChosen(core: Core, role: Leader, effects: Effects): void {
  const message: Message = { type: 'chosen', ballot: role.ballot, chosenThrough: core.chosenThrough }
  for (const [node, peer] of role.peers) {
    if (node === core.self || peer.toldThrough >= core.chosenThrough) continue
    effects.send(node, message)
    peer.toldThrough = core.chosenThrough
  }
}

export function dropFormerMembers(core: Core, role: Leader): void {
  const { everyone } = core.configurations
  for (const node of role.peers.keys()) if (!everyone.has(node)) role.peers.delete(node)
}

/** Begins a round: shows itself to every member and asks for an echo. */
export function beat(core: Core, role: Leader, effects: Effects): void {
  role.round++
  role.roundTicks = 0
  role.roundWanted = false
  const { ballot, round } = role
  const message: Message = { type: 'heartbeat', ballot, chosenThrough: core.chosenThrough, round }
  for (const node of others(core)) effects.send(node, message)
}

/** Time passes for every member: what was sent and not vouched for in time is sent again at the end of the step. */
export function resendOverdue(core: Core, role: Leader): void {
  for (const node of others(core)) {
    const peer = progressOf(core, role, node)
    peer.silentTicks++
    if (!peer.probing && peer.next <= slotAfter(peer.matchedThrough)) continue
    peer.waitedTicks++
    if (peer.waitedTicks < peer.flow.patienceTicks) continue
    if (peer.probing) {
      peer.probed = null
      peer.flow.lost()
    } else startAgain(peer)
  }
}

/** The connection to `node` is new: what was under way may be lost. */
export function onConnected(core: Core, role: Leader, node: NodeId): void {
  if (!core.configurations.everyone.has(node) || node === core.self) return
  const peer = progressOf(core, role, node)
  if (peer.probing) peer.probed = null
  else startAgain(peer)
  role.roundWanted = true
}

/** Back to the last slot that is known to match. */
function startAgain(peer: Progress): void {
  peer.next = slotAfter(peer.matchedThrough)
  peer.flow.lost()
  peer.probing = true
  peer.probed = null
  peer.waitedTicks = 0
}
