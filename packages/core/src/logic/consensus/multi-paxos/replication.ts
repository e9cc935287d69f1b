/**
 * How a leader keeps every member supplied, each at its own pace: accepts, the watermark, heartbeats, and again what got
 * lost. Does not count votes.
 */
import { assert } from '../../base/assert.ts'
import { type NodeId, noSlot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax, pipelineSlotsMax } from '../../base/limits.ts'
import { Flow } from '../flow.ts'
import { isMember, members } from '../membership.ts'
import { lastSlotOf, runBytes } from '../value.ts'
import type { Core, Effects, Leader, Progress } from './core.ts'
import type { Message } from './messages.ts'

type Accept = Extract<Message, { type: 'accept' }>

/** What the leader knows of `node`; hopeful about one it has not heard yet. */
export function progressOf(core: Core, role: Leader, node: NodeId): Progress {
  const known = role.peers.get(node)
  if (known) return known
  const fresh: Progress = {
    matchedThrough: noSlot,
    next: slotAfter(core.chosenThrough),
    flow: new Flow(),
    toldThrough: noSlot,
    heard: false,
    round: 0,
    silentTicks: 0,
    waitedTicks: 0,
  }
  role.peers.set(node, fresh)
  return fresh
}

const others = (core: Core): readonly NodeId[] => members(core.membership).filter(node => node !== core.self)

/** Sends each member what it lacks, as far as its window allows. Members at the same slot get the same message. */
export function supply(core: Core, role: Leader, effects: Effects): void {
  const made = new Map<number, Accept>()
  for (const node of others(core)) {
    const peer = progressOf(core, role, node)
    if (peer.next <= core.log.forgottenThrough) {
      core.snapshots.offer(node, effects)
      peer.next = slotAfter(core.log.forgottenThrough)
    }
    while (peer.next <= role.proposedThrough && isOpen(peer)) {
      const message = made.get(peer.next) ?? acceptFrom(core, role, peer)
      made.set(peer.next, message)
      effects.send(node, message)
      peer.flow.send(lastSlotOf(message.run), runBytes(message.run))
      peer.next = slotAfter(lastSlotOf(message.run))
      peer.toldThrough = core.chosenThrough
    }
  }
}

const isOpen = ({ next, matchedThrough, flow }: Progress): boolean =>
  next - matchedThrough <= pipelineSlotsMax && flow.hasRoom

function acceptFrom(core: Core, role: Leader, peer: Progress): Accept {
  const limits = { entriesMax: appendEntriesMax, bytesMax: appendBytesMax }
  const values = core.log.valuesFrom(peer.next, role.proposedThrough, limits)
  assert(values.length > 0, `a leader holds slot ${peer.next}`)
  const run = { ballot: role.ballot, firstSlot: peer.next, values }
  return { type: 'accept', run, chosenThrough: core.chosenThrough }
}

/** Tells the watermark to everyone who has not heard it with an accept, former members included. */
export function tellChosen(core: Core, role: Leader, effects: Effects): void {
  const message: Message = { type: 'chosen', ballot: role.ballot, chosenThrough: core.chosenThrough }
  for (const [node, peer] of role.peers) {
    if (node === core.self || peer.toldThrough >= core.chosenThrough) continue
    effects.send(node, message)
    peer.toldThrough = core.chosenThrough
  }
}

export function dropFormerMembers(core: Core, role: Leader): void {
  for (const node of role.peers.keys()) if (!isMember(core.membership, node)) role.peers.delete(node)
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
    if (peer.next <= slotAfter(peer.matchedThrough)) continue
    peer.waitedTicks++
    if (peer.waitedTicks >= peer.flow.patienceTicks) startAgain(peer)
  }
}

/** The connection to `node` is new: what was under way may be lost. */
export function onConnected(core: Core, role: Leader, node: NodeId): void {
  if (!isMember(core.membership, node) || node === core.self) return
  startAgain(progressOf(core, role, node))
  role.roundWanted = true
}

function startAgain(peer: Progress): void {
  if (peer.heard) peer.next = slotAfter(peer.matchedThrough)
  peer.flow.lost()
  peer.waitedTicks = 0
}
