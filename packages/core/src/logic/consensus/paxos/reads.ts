/**
 * Quorum reads without a leader: any member asks the acceptors for the last slot in which they accepted anything, after
 * the read arrived, and answers once everything up to the highest of these slots is chosen and known here.
 *
 * Why this is enough. Let c be the row of chosen slots known here when the question left. A value chosen before that in
 * slot s was accepted by a quorum of whoever governs s; if that is one of the memberships that govern c + 1 or later as
 * far as known here, a quorum of it was asked, and one of those who answered had accepted s. Else the membership changed
 * in a slot after c: the first such change was chosen by a membership known here, so some answer reaches its slot, and
 * once that is known here the question is asked again. What is not yet chosen but accepted by somebody is waited for,
 * and finished here if nobody else does (pace.ts). No clock is involved.
 */
import type { NodeId, Slot } from '../../base/ids.ts'
import { slot } from '../../base/ids.ts'
import { readsMax, resubmitTicks } from '../../base/limits.ts'
import { sameBallot } from '../ballot.ts'
import { isQuorum } from '../quorum.ts'
import { type Core, type Effects, mint, nextSlot } from './core.ts'
import type { Message } from './messages.ts'

/** A read waits for the end of the step. Dropped when too many wait: it is asked again. */
export function askRead(core: Core, id: number): void {
  if (core.newReads.length + core.reads.length < readsMax) core.newReads.push(id)
}

/** One question for all reads that came in this step. */
export function startReads(core: Core, effects: Effects): void {
  if (core.newReads.length > 0) start(core, core.newReads.splice(0), effects)
}

function start(core: Core, ids: readonly number[], effects: Effects): void {
  const round = mint(core, effects)
  core.reads.push({ ids, round, askedAt: core.chosenThrough, answers: new Map(), waitedTicks: 0 })
  const voters = new Set(core.governance.since(nextSlot(core)).flatMap(membership => membership.voters))
  for (const node of voters) effects.sendAfterPersist(node, { type: 'readAsk', round })
}

/** The acceptor's part. A value whose write is still on its way may be named: it does no harm to wait for it. */
export function onReadAsk(
  core: Core,
  from: NodeId,
  { round }: Extract<Message, { type: 'readAsk' }>,
  effects: Effects,
): void {
  const through = slot(Math.max(core.chosenThrough, core.log.lastSlot))
  effects.send(from, { type: 'readAt', round, through })
}

export function onReadAt(
  core: Core,
  from: NodeId,
  { round, through }: Extract<Message, { type: 'readAt' }>,
): void {
  core.reads.find(read => sameBallot(read.round, round))?.answers.set(from, through)
}

/** The slot that the oldest confirmed read waits for; the chosen ones when there is none. */
export function readsThrough(core: Core): Slot {
  return slot(Math.max(core.chosenThrough, ...core.reads.flatMap(({ answers }) => [...answers.values()])))
}

/** Answers the reads that a quorum has answered and that everything is known for. */
export function answerReads(core: Core, effects: Effects): void {
  const waiting = core.reads
  core.reads = []
  for (const read of waiting) {
    const memberships = core.governance.since(nextSlot(core))
    const through = slot(Math.max(read.askedAt, ...read.answers.values()))
    const isConfirmed = memberships.every(({ voters }) => isQuorum(voters, node => read.answers.has(node)))
    if (core.governance.changedAfter(read.askedAt)) start(core, read.ids, effects)
    else if (!isConfirmed || through > core.chosenThrough) core.reads.push(read)
    else for (const id of read.ids) effects.answerRead(id, core.chosenThrough)
  }
}

/** Reads that got no answer for so long are asked again by whoever wants them. */
export function tickReads(core: Core): void {
  for (const read of core.reads) read.waitedTicks++
  core.reads = core.reads.filter(({ waitedTicks }) => waitedTicks < 2 * resubmitTicks)
}
