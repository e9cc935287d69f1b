/**
 * Where snapshots meet this protocol: one that is made here shortens the log, one that arrives moves the row of chosen
 * slots. How they travel is snapshots.ts.
 *
 * A snapshot names one membership, the one that governs every slot after it. Within the window of a change two do, so
 * a snapshot that was taken there is passed over: the next one comes, and the window is filled soon.
 */
import { type NodeId, slot } from '../../base/ids.ts'
import type { Snapshot } from '../engine.ts'
import type { SnapshotMessage } from '../snapshots.ts'
import type { Core, Effects } from './core.ts'
import { advance, passed } from './learner.ts'

/** Takes in a message of the exchange; a snapshot that is complete is installed where it is ahead. */
export function onSnapshotMessage(
  core: Core,
  from: NodeId,
  message: SnapshotMessage,
  effects: Effects,
): void {
  const snapshot = core.snapshots.receive(from, message, core.chosenThrough, effects)?.snapshot ?? null
  if (snapshot === null || snapshot.through <= core.chosenThrough) return
  core.log.forget(snapshot.through)
  core.chosenThrough = snapshot.through
  core.governance.replace(snapshot.through, snapshot.membership)
  core.snapshots.keep(snapshot)
  effects.saveSnapshot(snapshot, true)
  const { attempt } = core.proposer
  if (attempt !== null && attempt.first <= snapshot.through) attempt.spoiled = true
  passed(core)
  advance(core, effects)
}

/**
 * Forgets the log up to `snapshot.through`, which is applied here: on disk at once, in memory but for the last few slots,
 * so that a member which is only a little behind is still sent values.
 */
export function compact(core: Core, snapshot: Snapshot, effects: Effects): void {
  const own = core.snapshots.own
  if (snapshot.through > core.chosenThrough || (own !== null && snapshot.through <= own.through)) return
  if (core.governance.isOpenAfter(snapshot.through)) return
  core.snapshots.keep(snapshot)
  core.log.forget(slot(Math.max(0, snapshot.through - core.logKeptSlots)))
  core.governance.forgetThrough(snapshot.through)
  effects.saveSnapshot(snapshot, false)
}
