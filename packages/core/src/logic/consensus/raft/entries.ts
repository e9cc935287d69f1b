/**
 * The log of one node: where it ends, what matches another log, what is appended, truncated and chosen. Does not know
 * who leads or whether a quorum agrees.
 *
 * Log matching: two logs that hold an entry of one ballot in one slot are the same up to that slot.
 *
 * Source: Ongaro and Ousterhout (2014), section 5.3.
 */
import { assert } from '../../base/assert.ts'
import { type Slot, slotAfter } from '../../base/ids.ts'
import { type Ballot, compareBallots, sameBallot } from '../ballot.ts'
import type { Run, Value } from '../value.ts'
import type { Core, Effects } from './core.ts'
import type { Place } from './messages.ts'

/** The ballot of the entry at `at`; undefined where nothing is held, or forgotten too long ago. */
export function ballotAt(core: Core, at: Slot): Ballot | undefined {
  return at === core.log.forgottenThrough ? core.forgottenBallot : core.log.at(at)?.ballot
}

/** A slot that is held, or the last one forgotten, with its ballot. */
export function placeAt(core: Core, at: Slot): Place {
  const ballot = ballotAt(core, at)
  assert(ballot !== undefined, `slot ${at} is held: a log has no holes`)
  return { slot: at, ballot }
}

export const logEnd = (core: Core): Place => placeAt(core, core.log.lastSlot)

/** Whether a log that ends at `end` holds everything that may be chosen as far as this one knows (section 5.4.1). */
export function isUpToDate(core: Core, end: Place): boolean {
  const own = logEnd(core)
  const compared = compareBallots(end.ballot, own.ballot)
  return compared > 0 || (compared === 0 && end.slot >= own.slot)
}

/** Whether this log is the sender's up to `place`, which is in the log of a leader. What is chosen is in every leader's. */
export function matches(core: Core, place: Place): boolean {
  if (place.slot <= core.chosenThrough) return true
  const held = ballotAt(core, place.slot)
  return held !== undefined && sameBallot(held, place.ballot)
}

/**
 * The last slot up to `place` whose ballot is not above that of `place`, but not below `floor`: all between cannot match
 * a log that has `place` in it. Skips a whole term at a time on either side of a conflict.
 */
export function lastNotAbove(core: Core, { slot, ballot }: Place, floor: Slot): Slot {
  let at = slot < core.log.lastSlot ? slot : core.log.lastSlot
  while (at > floor) {
    const held = ballotAt(core, at)
    if (held === undefined || compareBallots(held, ballot) <= 0) return at
    at = slotAfter(at, -1)
  }
  return at > floor ? at : floor
}

/**
 * Takes over the entries of `runs`, which follow a place that matches. What is held already stays, with all behind it;
 * the first that differs goes, with all behind it, in the same write as what takes its place.
 */
export function takeOver(core: Core, runs: readonly Run[], effects: Effects): void {
  for (const { ballot, firstSlot, values } of runs) {
    const isKnown = (at: Slot) => {
      const held = ballotAt(core, at)
      if (at > core.chosenThrough) return held !== undefined && sameBallot(held, ballot)
      assert(held === undefined || sameBallot(held, ballot), `slot ${at} is chosen and does not change`)
      return true
    }
    let known = 0
    while (known < values.length && isKnown(slotAfter(firstSlot, known))) known++
    const from = slotAfter(firstSlot, known)
    if (known === values.length) continue
    if (from <= core.log.lastSlot) truncate(core, from, effects)
    append(core, { ballot, firstSlot: from, values: values.slice(known) }, effects)
  }
}

/** Puts `run` behind the end of the log. */
export function append(core: Core, run: Run, effects: Effects): void {
  assert(run.firstSlot === slotAfter(core.log.lastSlot), 'a log has no holes')
  core.log.setRun(run)
  run.values.forEach((value, index) => {
    core.configurations.appended(slotAfter(run.firstSlot, index), value)
  })
  effects.append(run)
}

/** Takes back `from` and all behind it, memberships included. */
export function truncate(core: Core, from: Slot, effects: Effects): void {
  assert(from > core.chosenThrough, `slot ${from} is chosen and stays`)
  core.log.truncate(from)
  core.configurations.truncated(from)
  effects.truncate(from)
}

/** Everything up to `through` is chosen, and `core.log` holds it. Does nothing for what was known before. */
export function learnThrough(core: Core, through: Slot, effects: Effects): void {
  while (core.chosenThrough < through) {
    const at = slotAfter(core.chosenThrough)
    const value: Value | undefined = core.log.at(at)?.value
    assert(value !== undefined, `slot ${at} is chosen, so it is held`)
    core.chosenThrough = at
    core.configurations.chosenThrough(at)
    effects.decide(at, value)
  }
}
