/**
 * The learner: marks slots as chosen, moves the row of chosen slots, gives out the values in order, and hands on what it
 * knows. Its proposer tells it what is chosen, in one message to each member: with acceptors telling every learner
 * instead, a run would cost members x voters messages and save one delay for everybody but the proposer, who answers
 * the client. Does not count votes.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.3.
 */
import { type NodeId, type Slot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax, paxosAheadSlotsMax } from '../../base/limits.ts'
import { sameBallot } from '../ballot.ts'
import { noop, sameValue, type Value } from '../value.ts'
import { type Core, chosenBallot, type Effects, isChosen, nextSlot } from './core.ts'
import type { Message } from './messages.ts'
import { settlePlaced } from './placement.ts'

/** These values are chosen. Writes those that this node did not hold. */
export function learn(core: Core, firstSlot: Slot, values: readonly Value[], effects: Effects): void {
  if (firstSlot > core.chosenThrough + paxosAheadSlotsMax) return
  const fresh: (readonly [Slot, Value])[] = []
  for (const [index, value] of values.entries()) {
    const at = slotAfter(firstSlot, index)
    if (at <= core.chosenThrough) continue
    const held = core.log.at(at)
    if (isChosen(held)) continue
    core.log.set(at, { ballot: chosenBallot, value })
    spoil(core, at)
    if (held === undefined || !sameValue(held.value, value)) fresh.push([at, value])
  }
  effects.appendEach(chosenBallot, fresh)
  advance(core, effects)
}

/** An attempt does not go on over a slot that is chosen. */
function spoil(core: Core, at: Slot): void {
  const { attempt } = core.proposer
  if (attempt !== null && attempt.first <= at && at <= attempt.last) attempt.spoiled = true
}

/**
 * What was proposed in `ballot` is chosen in `first` .. `last`. Held in just that ballot it is known here. What is held in
 * a higher one may be another value: `ballot` may count those who vouched for it because they knew the slot as chosen, in a
 * ballot higher still, and then those between the two were free to propose anything.
 */
export function onChosen(
  core: Core,
  { ballot, first, last }: Extract<Message, { type: 'chosen' }>,
  effects: Effects,
): void {
  const end = Math.min(last, core.log.lastSlot)
  for (let at = first > core.chosenThrough ? first : nextSlot(core); at <= end; at = slotAfter(at)) {
    const held = core.log.at(at)
    if (held !== undefined && sameBallot(held.ballot, ballot)) learn(core, at, [held.value], effects)
  }
}

export function onLearned(
  core: Core,
  from: NodeId,
  { firstSlot, values, chosenThrough }: Extract<Message, { type: 'learned' }>,
  effects: Effects,
): void {
  learn(core, firstSlot, values, effects)
  const last = slotAfter(firstSlot, values.length - 1)
  if (last === core.chosenThrough && last < chosenThrough)
    effects.send(from, { type: 'learn', from: nextSlot(core) })
}

/** Tells `to` a page of what is chosen from `from` on, or offers the snapshot that holds it. */
export function teach(core: Core, to: NodeId, from: Slot, effects: Effects): void {
  if (from <= core.log.forgottenThrough) return core.snapshots.offer(to, effects)
  if (from > core.chosenThrough) return
  const limits = { entriesMax: appendEntriesMax, bytesMax: appendBytesMax }
  const values = core.log.valuesFrom(from, core.chosenThrough, limits)
  effects.send(to, { type: 'learned', firstSlot: from, values, chosenThrough: core.chosenThrough })
}

/** Moves the row of chosen slots over all that is known as chosen, and gives it out. */
export function advance(core: Core, effects: Effects): void {
  const before = core.chosenThrough
  for (;;) {
    const at = nextSlot(core)
    const entry = core.log.at(at)
    if (entry === undefined || !isChosen(entry)) break
    core.chosenThrough = at
    effects.decide(at, counted(core, at, entry.value))
  }
  settlePlaced(core)
  // Whoever is not counted any more may go for good: a restart must not go back to counting it.
  if (core.governance.endedBetween(before, core.chosenThrough)) effects.saveHardState()
  if (core.chosenThrough > before) passed(core)
}

/** A membership that is void is a no-op: see governance.ts. */
function counted(core: Core, at: Slot, value: Value): Value {
  if (value instanceof Uint8Array || value.type === 'noop') return value
  return core.governance.chosen(at, value.membership) ? value : noop
}

/** The row of chosen slots has moved: what was kept for the slots in it has served its time. */
export function passed(core: Core): void {
  core.promises.forgetThrough(core.chosenThrough)
  core.proposer.claims.forgetThrough(core.chosenThrough)
  core.pace.blockedTicks = 0
  core.pace.blockedTimes = 0
  core.pace.finishes = false
  core.pace.isHurried = false
}
