/** What a node begins with: nothing, or what was stored. No rule of the protocol is in here. */
import { assert } from '../../base/assert.ts'
import { isCounter, noSlot, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { logKeptSlots as logKeptSlotsUsual } from '../../base/limits.ts'
import { noBallot, parseBallot } from '../ballot.ts'
import { Effects as EffectsOf } from '../effects.ts'
import type { EngineConfig } from '../engine.ts'
import { Log } from '../log.ts'
import { Snapshots } from '../snapshots.ts'
import type { Core, Effects } from './core.ts'
import { freshLooking } from './election.ts'
import { learnThrough } from './history.ts'

/** A node that remembers nothing. */
export function freshCore({ self, founders, random, logKeptSlots = logKeptSlotsUsual }: EngineConfig): Core {
  return {
    self,
    random,
    log: new Log(),
    forgottenBallot: noBallot,
    accepted: noBallot,
    current: noBallot,
    highestSeen: 0,
    chosenThrough: noSlot,
    membership: { voters: founders, observers: [] },
    snapshots: new Snapshots(),
    logKeptSlots,
    round: 0,
    session: random.below(2 ** 30),
    role: freshLooking(),
  }
}

/** Puts back what was written; what is known as chosen is given out again by the first step. */
export function recover(core: Core, { recovered }: EngineConfig): Effects {
  const effects: Effects = new EffectsOf()
  const { hardState: stored, snapshot, log } = recovered
  if (stored === null) {
    assert(log.length === 0 && snapshot === null, 'a history without a record of epochs is incomplete')
    return effects
  }
  const { accepted, current, chosenThrough, snapshotBallot } = parseHardState(stored)
  core.accepted = accepted
  core.current = current
  core.highestSeen = accepted.counter
  if (snapshot !== null) {
    core.log.forget(snapshot.through)
    core.forgottenBallot = snapshotBallot
    core.chosenThrough = snapshot.through
    core.membership = snapshot.membership
    core.snapshots.keep(snapshot, snapshotBallot)
    effects.installRecovered(snapshot)
  }
  for (const write of log) {
    if (write.type === 'append') core.log.setRun(write.run)
    else core.log.truncate(write.from)
  }
  for (let at = slotAfter(core.log.forgottenThrough); at <= core.log.lastSlot; at = slotAfter(at))
    assert(core.log.at(at) !== undefined, `slot ${at} is held: a history has no holes`)
  learnThrough(core, chosenThrough, effects)
  return effects
}

/** What is written beside the log: what a node must not forget. */
export const hardState = ({ accepted, current, chosenThrough, snapshots }: Core) => ({
  accepted,
  current,
  chosenThrough,
  snapshotBallot: snapshots.ownLastBallot,
})

/** Of a node without an epoch: what lies before the log is of none. */
export const founding = (chosenThrough: Slot): ReturnType<typeof hardState> => ({
  accepted: noBallot,
  current: noBallot,
  chosenThrough,
  snapshotBallot: noBallot,
})

function parseHardState(value: unknown): ReturnType<typeof hardState> {
  const fields = typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {}
  const accepted = parseBallot(fields['accepted'])
  const current = parseBallot(fields['current'])
  const snapshotBallot = parseBallot(fields['snapshotBallot'])
  const { chosenThrough } = fields
  assert(
    accepted !== null && current !== null && snapshotBallot !== null && isCounter(chosenThrough),
    'the stored record is that of a ZAB node',
  )
  return { accepted, current, chosenThrough: slot(chosenThrough), snapshotBallot }
}
