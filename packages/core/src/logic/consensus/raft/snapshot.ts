/**
 * Where snapshots meet this protocol: one that is made here shortens the log; one that arrives stands in for the slots
 * before it, together with the ballot of its last slot, which the log needs to be compared. How they travel is
 * snapshots.ts.
 *
 * Source: Ongaro (2014), section 5.1 and figure 5.3.
 */
import { type NodeId, slot, slotAfter } from '../../base/ids.ts'
import { sameBallot } from '../ballot.ts'
import type { Snapshot } from '../engine.ts'
import type { Kept, SnapshotMessage } from '../snapshots.ts'
import type { Core, Effects } from './core.ts'
import { ballotAt, learnThrough, placeAt, truncate } from './entries.ts'
import { becomeFollower } from './follower.ts'

/** Takes in a message of the exchange; a snapshot that is complete is installed where it is ahead. */
export function onSnapshotMessage(
  core: Core,
  from: NodeId,
  message: SnapshotMessage,
  effects: Effects,
): void {
  const arrived = core.snapshots.receive(from, message, core.chosenThrough, effects)
  if (arrived === null || arrived.snapshot.through <= core.chosenThrough) return
  const held = ballotAt(core, arrived.snapshot.through)
  if (held !== undefined && sameBallot(held, arrived.lastBallot))
    learnThrough(core, arrived.snapshot.through, effects)
  else install(core, arrived, effects)
}

/** The log here does not get there, or is another: all of it that is not chosen goes, and whatever was going on is over. */
function install(core: Core, { snapshot, lastBallot }: Kept, effects: Effects): void {
  truncate(core, slotAfter(core.chosenThrough), effects)
  core.log.forget(snapshot.through)
  core.forgottenBallot = lastBallot
  core.chosenThrough = snapshot.through
  core.configurations.replace(snapshot.membership)
  core.snapshots.keep(snapshot, lastBallot)
  effects.saveSnapshot(snapshot, true)
  becomeFollower(core)
}

/**
 * Forgets the log up to `snapshot.through`, which is applied here: on disk at once, in memory but for the last few slots,
 * so that a member which is only a little behind is still sent entries.
 */
export function compact(core: Core, snapshot: Snapshot, effects: Effects): void {
  const own = core.snapshots.own
  if (snapshot.through > core.chosenThrough || (own !== null && snapshot.through <= own.through)) return
  core.snapshots.keep(snapshot, placeAt(core, snapshot.through).ballot)
  const through = slot(Math.max(core.log.forgottenThrough, snapshot.through - core.logKeptSlots))
  core.forgottenBallot = placeAt(core, through).ballot
  core.log.forget(through)
  effects.saveSnapshot(snapshot, false)
}
