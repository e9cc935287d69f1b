/**
 * Where values go: which slots a proposer tries next, and which values it proposes in them once it has its promises.
 * Keeps a node's own commands in order as far as the protocol lets it: a command gets its slot only in phase 2, the queue
 * waits while an earlier command is in a slot that somebody else works on, and what lost its slot goes before the queue.
 * Does not know about messages or time.
 */
import { type Slot, slot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, paxosWindowSlots } from '../../base/limits.ts'
import { noBallot, sameBallot } from '../ballot.ts'
import { changeMembership } from '../membership.ts'
import { noop, sameValue, type Value, valueBytes } from '../value.ts'
import { type Core, isChosen, nextSlot, type Preparing } from './core.ts'

export interface Range {
  readonly first: Slot
  readonly last: Slot
}

/** The last slot that anybody is known to be at work in. */
export const busyThrough = (core: Core): Slot =>
  slot(Math.max(core.chosenThrough, core.log.lastSlot, core.proposer.claims.last))

/** The slots that hold up everything up to `through`: those not chosen, from the first one on. */
export function blockingRange(core: Core, through: Slot): Range | null {
  const last = Math.min(through, core.chosenThrough + paxosWindowSlots)
  return growRange(core, nextSlot(core), at => at <= last)
}

/** The slots to try next, or null when there is nothing to propose or no room for it. `fills`: empty ones up to where. */
export function nextRange(core: Core, fillThrough: Slot): Range | null {
  const { queue, placed, change } = core.proposer
  const wanted = isHeldUp(core) ? 0 : queuedFit(queue) + (change === null ? 0 : 1)
  const end = core.chosenThrough + paxosWindowSlots
  const wantsAny = wanted > 0 || fillThrough > core.chosenThrough || core.chosenThrough === 0
  if (!wantsAny && busyThrough(core) === core.chosenThrough) return null
  let first = nextSlot(core)
  while (first <= end && !(wantsAny ? isFree(core, first) || isMine(core, first) : isMine(core, first)))
    first = slotAfter(first)
  if (first > end) return null
  let left = wanted + (first === 1 ? 1 : 0)
  return growRange(core, first, at => {
    if (at > end || !(isFree(core, at) || isMine(core, at))) return false
    if (!placed.has(at)) left--
    return isMine(core, at) || left >= 0 || at <= fillThrough
  })
}

/** Extends from `first` while slots are open, `wanted`, and governed by the same membership. */
function growRange(core: Core, first: Slot, wanted: (at: Slot) => boolean): Range | null {
  const membership = core.governance.at(first)
  let end = first
  while (!isChosen(core.log.at(end)) && core.governance.at(end) === membership && wanted(end))
    end = slotAfter(end)
  return end === first ? null : { first, last: slotAfter(end, -1) }
}

function isMine({ self, proposer, log }: Core, at: Slot): boolean {
  return !isChosen(log.at(at)) && proposer.claims.at(at).node === self
}

const isFree = ({ proposer, log }: Core, at: Slot): boolean =>
  sameBallot(proposer.claims.at(at), noBallot) && log.at(at) === undefined

/** A command of this node is in a slot that another works on: later ones wait for what becomes of it. */
const isHeldUp = (core: Core): boolean => [...core.proposer.placed.keys()].some(at => !isMine(core, at))

/** How many of the commands that wait fit one message. */
function queuedFit(queue: readonly Uint8Array[]): number {
  let bytes = 0
  const end = queue.findIndex(command => {
    bytes += command.length
    return bytes > appendBytesMax
  })
  return Math.min(paxosWindowSlots, end === -1 ? queue.length : Math.max(1, end))
}

/** The values for the slots of `attempt` in order, as many as fit one message: found ones, own commands, no-ops. */
export function place(core: Core, { first, last, found }: Preparing): readonly Value[] {
  const { proposer } = core
  const own: Value[] = takeLoose(core, first, last, found)
  const isAlone = [...proposer.placed.keys()].every(at => at <= last)
  if (isAlone && !isHeldUp(core)) own.push(...proposer.queue.splice(0))
  const change = changeThatFits(core)
  if (change !== null) own.unshift(change)
  const values: Value[] = []
  let bytes = 0
  let used = 0
  for (let at = first; at <= last; at = slotAfter(at)) {
    const bound = at === 1 ? foundingMembership(core) : found.get(at)?.value
    const value = bound ?? own[used] ?? noop
    bytes += valueBytes(value)
    if (values.length > 0 && bytes > appendBytesMax) break
    values.push(value)
    if (bound !== undefined || used === own.length) continue
    used++
    if (value instanceof Uint8Array) proposer.placed.set(at, value)
    else proposer.change = null
  }
  proposer.queue.unshift(...own.slice(used).filter(value => value instanceof Uint8Array))
  return values
}

/** Takes back own commands of `first` .. `last`, in order, but for those that are bound to their slot. */
function takeLoose(core: Core, first: Slot, last: Slot, found: Preparing['found']): Uint8Array[] {
  const { placed } = core.proposer
  const loose: Uint8Array[] = []
  for (let at = first; at <= last; at = slotAfter(at)) {
    const command = placed.get(at)
    if (command === undefined) continue
    const bound = found.get(at)?.value
    if (bound !== undefined && sameValue(bound, command)) continue
    placed.delete(at)
    loose.push(command)
  }
  return loose
}

/** Whoever proposes in the first slot knows the founders: nothing else ever stands there. */
const foundingMembership = ({ governance }: Core): Value => ({
  type: 'membership',
  membership: governance.latest,
})

/** The membership after the change that waits; the change is dropped when it does not fit any more. */
function changeThatFits({ governance, proposer, chosenThrough }: Core): Value | null {
  if (proposer.change === null) return null
  const changed = changeMembership(governance.latest, proposer.change)
  if (changed.ok && !governance.isOpenAfter(chosenThrough))
    return { type: 'membership', membership: changed.value }
  proposer.change = null
  return null
}

/** Own commands whose slots were chosen are done, or go back to the front of the queue in their order. */
export function settlePlaced(core: Core): void {
  const { placed, queue } = core.proposer
  const settled = [...placed.keys()].filter(at => at <= core.chosenThrough || isChosen(core.log.at(at)))
  const lost: Uint8Array[] = []
  for (const at of settled.sort((a, b) => a - b)) {
    const command = placed.get(at)
    const chosen = core.log.at(at)
    placed.delete(at)
    if (command && chosen && !sameValue(chosen.value, command)) lost.push(command)
  }
  queue.unshift(...lost)
}
