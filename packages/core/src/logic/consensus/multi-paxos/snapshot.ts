/**
 * Where snapshots meet this protocol: one that is made here shortens the log, one that arrives moves the watermark. How
 * they travel is snapshots.ts.
 */
import { type NodeId, slot } from '../../base/ids.ts'
import type { Snapshot } from '../engine.ts'
import type { SnapshotMessage } from '../snapshots.ts'
import type { Core, Effects } from './core.ts'
import { becomeFollower } from './follower.ts'
import { learnSnapshot } from './learner.ts'

/** Takes in a message of the exchange; a snapshot that is complete is installed, and whatever was going on is over. */
export function onSnapshotMessage(
  core: Core,
  from: NodeId,
  message: SnapshotMessage,
  effects: Effects,
): void {
  const arrived = core.snapshots.receive(from, message, core.chosenThrough, effects)?.snapshot ?? null
  if (arrived === null || arrived.through <= core.chosenThrough) return
  learnSnapshot(core, arrived, effects)
  becomeFollower(core)
}

/**
 * Forgets the log up to `snapshot.through`, which is applied here: on disk at once, in memory but for the last few slots,
 * so that a member which is only a little behind is still sent values.
 */
export function compact(core: Core, snapshot: Snapshot, effects: Effects): void {
  const own = core.snapshots.own
  if (snapshot.through > core.chosenThrough || (own !== null && snapshot.through <= own.through)) return
  core.snapshots.keep(snapshot)
  core.log.forget(slot(Math.max(0, snapshot.through - core.logKeptSlots)))
  effects.saveSnapshot(snapshot, false)
}
