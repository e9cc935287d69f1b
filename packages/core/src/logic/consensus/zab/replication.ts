/**
 * How a leader keeps every member supplied, each at its own pace: the initial history, then proposals or, to observers,
 * what is chosen; the watermark, pings, and again what got lost. Does not count acknowledgements.
 */
import { assert } from '../../base/assert.ts'
import { type NodeId, noSlot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax, pipelineSlotsMax } from '../../base/limits.ts'
import { sameBallot } from '../ballot.ts'
import { Flow } from '../flow.ts'
import { isMember, isVoter, members } from '../membership.ts'
import { lastSlotOf, runBytes } from '../value.ts'
import type { Core, Effects, Leading, Progress } from './core.ts'
import { rulesOut } from './discovery.ts'
import { commonThrough, membershipsOf, pageAfter } from './history.ts'
import type { Message, Of, Report } from './messages.ts'
import { stepDown } from './tenure.ts'

/** What the leader knows of `node`. */
export function progressOf(role: Leading, node: NodeId): Progress {
  const known = role.peers.get(node)
  if (known) return known
  const fresh: Progress = {
    session: null,
    joined: false,
    synced: false,
    matchedThrough: noSlot,
    next: slotAfter(noSlot),
    flow: new Flow(),
    toldThrough: noSlot,
    round: 0,
    silentTicks: 0,
    waitedTicks: 0,
  }
  role.peers.set(node, fresh)
  return fresh
}

/** Members of every membership in the history that may be in force, and whoever follows already; not the leader. */
function audience(core: Core, role: Leading): ReadonlySet<NodeId> {
  const memberships = role.established ? [core.membership] : membershipsOf(core)
  const nodes = new Set([...memberships.flatMap(members), ...role.peers.keys()])
  nodes.delete(core.self)
  return nodes
}

/** A member begins a relation, or begins it anew. */
export function onFollowerInfo(
  core: Core,
  role: Leading,
  from: NodeId,
  { session, accepted }: Of<'followerInfo'>,
  effects: Effects,
): void {
  if (!audience(core, role).has(from)) return
  if (rulesOut(accepted, role.ballot)) return stepDown(core, accepted)
  const peer = progressOf(role, from)
  peer.silentTicks = 0
  peer.flow.heard()
  if (peer.session === session && peer.synced) return
  peer.session = session
  peer.synced = false
  nameSession(core, role, from, effects)
}

/**
 * Says the epoch in the session that `to` is known to be in. One that is in another begins anew: an old greeting may have
 * come late, its own was lost, or it was taken out and in again and noticed nothing.
 */
export function nameSession(core: Core, role: Leading, to: NodeId, effects: Effects): void {
  if (!audience(core, role).has(to)) return
  const { ballot, peers } = role
  effects.sendAfterPersist(to, { type: 'newEpoch', session: peers.get(to)?.session ?? 0, ballot })
}

/** A report of `from`: it is synchronised from where its history and the leader's part. */
export function onReport(
  core: Core,
  role: Leading,
  from: NodeId,
  { session, ballot, page, report }: Of<'ackEpoch'>,
  effects: Effects,
): void {
  const peer = role.peers.get(from)
  if (!sameBallot(ballot, role.ballot)) return
  if (peer?.session !== session) return nameSession(core, role, from, effects)
  peer.silentTicks = 0
  peer.flow.heard()
  synchronise(core, role, from, page, report, effects)
}

/** SNAP, or a page of nothing, TRUNC or DIFF, and NEWLEADER behind the last page. An observer gets what is chosen only. */
export function synchronise(
  core: Core,
  role: Leading,
  to: NodeId,
  page: number,
  report: Report,
  effects: Effects,
): void {
  const session = role.peers.get(to)?.session ?? null
  if (session === null || (!role.established && !isCounted(core, to))) return
  const keepThrough = commonThrough(core, report)
  if (keepThrough === null) return core.snapshots.offer(to, effects)
  const { ballot, initialThrough: through } = role
  const runs = pageAfter(core, keepThrough, through)
  const sent = runs.reduce((count, run) => count + run.values.length, 0)
  effects.send(to, { type: 'sync', session, ballot, page, keepThrough, runs, through })
  if (keepThrough + sent >= through) effects.send(to, { type: 'newLeader', session, ballot, through })
}

/** Whether `node` may be needed for a quorum. */
const isCounted = (core: Core, node: NodeId): boolean =>
  membershipsOf(core).some(membership => isVoter(membership, node))

/** Sends each member of the epoch what it lacks, as far as its window allows. Equal messages are made once. */
export function supply(core: Core, role: Leading, effects: Effects): void {
  const made = new Map<string, Of<'propose' | 'inform'>>()
  for (const [node, peer] of role.peers) {
    if (!peer.synced || node === core.self) continue
    const type = isVoter(core.membership, node) ? 'propose' : 'inform'
    const through = type === 'propose' ? role.proposedThrough : core.chosenThrough
    if (peer.next <= core.log.forgottenThrough) {
      if (peer.waitedTicks === 0) core.snapshots.offer(node, effects)
      peer.waitedTicks = Math.max(1, peer.waitedTicks)
      continue
    }
    while (peer.next <= through && isOpen(peer)) {
      const key = `${type} ${peer.next}`
      const message = made.get(key) ?? entriesFrom(core, role, type, peer, through)
      made.set(key, message)
      effects.send(node, message)
      peer.flow.send(lastSlotOf(message.run), runBytes(message.run))
      peer.next = slotAfter(lastSlotOf(message.run))
      peer.toldThrough = core.chosenThrough
    }
  }
}

const isOpen = ({ next, matchedThrough, flow }: Progress): boolean =>
  next - matchedThrough <= pipelineSlotsMax && flow.hasRoom

function entriesFrom(
  core: Core,
  { ballot }: Leading,
  type: 'propose' | 'inform',
  { next }: Progress,
  through: Leading['proposedThrough'],
): Of<'propose' | 'inform'> {
  const limits = { entriesMax: appendEntriesMax, bytesMax: appendBytesMax }
  const values = core.log.valuesFrom(next, through, limits)
  assert(values.length > 0, `a leader holds slot ${next}`)
  const run = { ballot, firstSlot: next, values }
  return type === 'inform' ? { type, run } : { type, run, chosenThrough: core.chosenThrough }
}

/** Tells the watermark to everyone of the epoch who has not heard it with a proposal, former members included. */
export function tellChosen(core: Core, role: Leading, effects: Effects): void {
  const message: Message = { type: 'commit', ballot: role.ballot, chosenThrough: core.chosenThrough }
  for (const [node, peer] of role.peers) {
    if (node === core.self || !peer.synced || peer.toldThrough >= core.chosenThrough) continue
    effects.send(node, message)
    peer.toldThrough = core.chosenThrough
  }
}

export function dropFormerMembers(core: Core, role: Leading): void {
  for (const node of role.peers.keys()) if (!isMember(core.membership, node)) role.peers.delete(node)
}

/** Shows itself to every member and asks for an echo. */
export function beat(core: Core, role: Leading, effects: Effects): void {
  role.round++
  role.roundTicks = 0
  role.roundWanted = false
  const { ballot, round, established: upToDate } = role
  const message: Message = { type: 'ping', ballot, chosenThrough: core.chosenThrough, round, upToDate }
  for (const node of audience(core, role)) effects.send(node, message)
}

/** Time passes for every member: what was sent and not acknowledged in time is sent again at the end of the step. */
export function resendOverdue({ log }: Core, role: Leading): void {
  for (const peer of role.peers.values()) {
    peer.silentTicks++
    const isOffered = peer.next <= log.forgottenThrough
    if (!peer.synced || (!isOffered && peer.next <= slotAfter(peer.matchedThrough))) continue
    peer.waitedTicks++
    if (peer.waitedTicks >= peer.flow.patienceTicks) startAgain(peer)
  }
}

/** What was under way to a member may be lost. */
export function startAgain(peer: Progress): void {
  peer.next = slotAfter(peer.matchedThrough)
  peer.flow.lost()
  peer.waitedTicks = 0
}

/** It is there, although it has nothing to acknowledge yet. */
export function onAlive(role: Leading, from: NodeId, { session }: Of<'alive'>): void {
  const peer = role.peers.get(from)
  if (peer?.session !== session) return
  peer.silentTicks = 0
  peer.flow.heard()
}
