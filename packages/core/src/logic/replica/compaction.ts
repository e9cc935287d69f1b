/**
 * When a replica takes a snapshot: at slots that all replicas agree on without asking, so that one can go on with a
 * snapshot that another began to send. The larger the state, the rarer: its cost for a slot stays about the same.
 */
import type { Slot } from '../base/ids.ts'
import { snapshotSlotsMin } from '../base/limits.ts'

/** Whether a state of `znodes` znodes is to be taken at `slot`. At least `slotsMin` slots lie between two. */
export function isSnapshotDue(slot: Slot, znodes: number, slotsMin = snapshotSlotsMin): boolean {
  if (slot % slotsMin !== 0) return false
  let period = slotsMin
  while (period < znodes) period *= 2
  return slot % period === 0
}
