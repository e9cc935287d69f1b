/**
 * Where snapshots meet this protocol (SNAP): one that is made here shortens the log, one that arrives stands in for the
 * slots before it, with the epoch of its last slot. How they travel is snapshots.ts.
 *
 * An offer is taken only from the leader whose epoch was accepted, or from the voter whose history is being taken over:
 * what it holds was chosen in no epoch later than the one accepted here, so no leader of an earlier one is followed after.
 */
import { type NodeId, type Slot, slot } from '../../base/ids.ts'
import { sameBallot } from '../ballot.ts'
import type { Snapshot } from '../engine.ts'
import type { Kept, SnapshotMessage } from '../snapshots.ts'
import type { Core, Effects } from './core.ts'
import { fetchOn } from './discovery.ts'
import { follow } from './follower.ts'
import { ballotAt, learnThrough, placeAt, takeOver } from './history.ts'

/** Takes in a message of the exchange; a snapshot that is complete is installed where it is ahead. */
export function onSnapshotMessage(
  core: Core,
  from: NodeId,
  message: SnapshotMessage,
  effects: Effects,
): void {
  if (message.type === 'snapshotOffer' && !isWanted(core, from)) return
  const arrived = core.snapshots.receive(from, message, haveThrough(core), effects)
  if (arrived === null) return
  install(core, arrived, effects)
  const { role } = core
  if (role.role === 'following') follow(core, role.leader, effects)
  if (role.role === 'discovering') fetchOn(core, role, effects)
}

function isWanted({ role }: Core, from: NodeId): boolean {
  if (role.role === 'discovering') return role.adopting?.from === from
  return role.role === 'following' && role.leader === from && role.stage.stage !== 'greeting'
}

/** A leader has every slot that is chosen, known as such or not. */
const haveThrough = ({ role, chosenThrough, log }: Core): Slot =>
  role.role === 'leading' ? log.lastSlot : chosenThrough

function install(core: Core, { snapshot, lastBallot }: Kept, effects: Effects): void {
  const { through } = snapshot
  const held = ballotAt(core, through)
  if (held !== undefined && sameBallot(held, lastBallot)) return learnThrough(core, through, effects)
  takeOver(core, core.chosenThrough, [], effects)
  core.log.forget(through)
  core.forgottenBallot = lastBallot
  core.chosenThrough = through
  core.membership = snapshot.membership
  core.snapshots.keep(snapshot, lastBallot)
  effects.saveSnapshot(snapshot, true)
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
