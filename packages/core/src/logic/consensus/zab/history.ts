/**
 * The history of one node: where it ends, which of two is later, how far two agree, what is put behind it, taken back and
 * chosen. Does not know who leads or whether a quorum agrees.
 *
 * Two histories that hold an entry of one epoch in one slot are the same up to that slot: an epoch begins with one initial
 * history, and one leader puts entries behind it.
 *
 * Source: Junqueira, Reed and Serafini (2011), section IV, and Medeiros (2012), section 3.
 */
import { assert } from '../../base/assert.ts'
import { type Slot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import type { Membership } from '../membership.ts'
import { lastSlotOf, type Run } from '../value.ts'
import type { Core, Effects } from './core.ts'
import type { Credentials, Place, Report, Standing } from './messages.ts'

/** The ballot of the entry at `at`; undefined where nothing is held, or forgotten too long ago. */
export function ballotAt({ log, forgottenBallot }: Core, at: Slot): Ballot | undefined {
  return at === log.forgottenThrough ? forgottenBallot : log.at(at)?.ballot
}

/** A slot that is held, or the last one forgotten, with its ballot. */
export function placeAt(core: Core, at: Slot): Place {
  const ballot = ballotAt(core, at)
  assert(ballot !== undefined, `slot ${at} is held: a history has no holes`)
  return { slot: at, ballot }
}

export const credentialsOf = (core: Core): Credentials => ({
  current: core.current,
  last: placeAt(core, core.log.lastSlot),
})

/** Negative, zero or positive as `a` is earlier than, as late as or later than `b`: by epoch, then by the last zxid. */
export function compareHistories(a: Credentials, b: Credentials): number {
  return (
    a.current.counter - b.current.counter ||
    a.last.ballot.counter - b.last.ballot.counter ||
    a.last.slot - b.last.slot
  )
}

/** Whether both end with the same entry: then they are the same. */
export const sameHistory = (a: Credentials, b: Credentials): boolean =>
  a.last.slot === b.last.slot && sameBallot(a.last.ballot, b.last.ballot)

/** What ACKEPOCH says of this history. */
export function reportOf(core: Core): Report {
  const { chosenThrough, log } = core
  const ends: Place[] = []
  for (let at = slotAfter(chosenThrough); at <= log.lastSlot; at = slotAfter(at)) {
    const place = placeAt(core, at)
    const before = ends.at(-1)
    if (before && sameBallot(before.ballot, place.ballot)) ends.pop()
    ends.push(place)
  }
  return { ...credentialsOf(core), chosenThrough, ends, memberships: standingsOf(core) }
}

/** The membership in force, and those in the history behind it. */
export const membershipsOf = (core: Core): readonly Membership[] =>
  standingsOf(core).map(({ membership }) => membership)

/** The same, with where they stand. */
export function standingsOf({ membership, chosenThrough, log }: Core): readonly Standing[] {
  const found: Standing[] = [{ from: chosenThrough, membership }]
  for (let at = slotAfter(chosenThrough); at <= log.lastSlot; at = slotAfter(at)) {
    const value = log.at(at)?.value
    if (value && !(value instanceof Uint8Array) && value.type === 'membership')
      found.push({ from: at, membership: value.membership })
  }
  return found
}

/**
 * Up to where this history and the reported one are the same. Null when this one has forgotten what it would take to say
 * so: only a snapshot helps. What is chosen there is in this history, whose epoch is later.
 */
export function commonThrough(core: Core, { chosenThrough, ends }: Report): Slot | null {
  const { forgottenThrough, lastSlot } = core.log
  assert(chosenThrough <= lastSlot, 'what was chosen is in the initial history of every later epoch')
  let common = chosenThrough
  if (common < forgottenThrough) {
    const reaches = ends.find(end => end.slot >= forgottenThrough)
    if (reaches === undefined || !sameBallot(reaches.ballot, core.forgottenBallot)) return null
    common = forgottenThrough
  }
  for (const { slot: last, ballot } of ends) {
    while (common < last) {
      const held = core.log.at(slotAfter(common))
      if (held === undefined || !sameBallot(held.ballot, ballot)) return common
      common = slotAfter(common)
    }
  }
  return common
}

/** A page of what follows `after`, up to `through`. */
export function pageAfter(core: Core, after: Slot, through: Slot): readonly Run[] {
  if (after >= through) return []
  const limits = { entriesMax: appendEntriesMax, bytesMax: appendBytesMax }
  const { runs } = core.log.runsFrom(slotAfter(after), limits)
  return runs.flatMap(run => {
    const values = run.values.slice(0, Math.max(0, through - run.firstSlot + 1))
    return values.length > 0 ? [{ ...run, values }] : []
  })
}

/** Takes back what comes after `keepThrough` (TRUNC), then puts `runs` there (DIFF): one write. */
export function takeOver(core: Core, keepThrough: Slot, runs: readonly Run[], effects: Effects): void {
  assert(keepThrough >= core.chosenThrough, 'what is chosen stays')
  if (core.log.lastSlot > keepThrough) {
    core.log.truncate(slotAfter(keepThrough))
    effects.truncate(slotAfter(keepThrough))
  }
  for (const run of runs) append(core, run, effects)
}

/** Puts `run` behind the end, or what of it is not there yet. */
export function append(core: Core, run: Run, effects: Effects): void {
  const { lastSlot } = core.log
  assert(run.firstSlot <= slotAfter(lastSlot), 'a history has no holes')
  if (lastSlotOf(run) <= lastSlot) return
  const firstSlot = slotAfter(lastSlot)
  const fresh = { ballot: run.ballot, firstSlot, values: run.values.slice(firstSlot - run.firstSlot) }
  core.log.setRun(fresh)
  effects.append(fresh)
}

/** Everything up to `through` is chosen, and `core.log` holds it. Does nothing for what was known before. */
export function learnThrough(core: Core, through: Slot, effects: Effects): void {
  while (core.chosenThrough < through) {
    const at = slotAfter(core.chosenThrough)
    const value = core.log.at(at)?.value
    assert(value !== undefined, `slot ${at} is chosen, so it is held`)
    core.chosenThrough = at
    if (!(value instanceof Uint8Array) && value.type === 'membership') core.membership = value.membership
    effects.decide(at, value)
  }
}
