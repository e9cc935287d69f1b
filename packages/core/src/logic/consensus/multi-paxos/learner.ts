/**
 * The learner: moves the watermark of chosen slots and gives out the values, in order. Knows nothing of who found out
 * that they are chosen.
 */
import { assert } from '../../base/assert.ts'
import { type Slot, slotAfter } from '../../base/ids.ts'
import type { Snapshot } from '../engine.ts'
import type { Core, Effects } from './core.ts'

/** Everything up to `through` is chosen, and `core.log` holds it. Does nothing for what was known before. */
export function learnThrough(core: Core, through: Slot, effects: Effects): void {
  while (core.chosenThrough < through) {
    const at = slotAfter(core.chosenThrough)
    const entry = core.log.at(at)
    assert(entry !== undefined, `slot ${at} is chosen, so it is held`)
    core.chosenThrough = at
    if (!(entry.value instanceof Uint8Array) && entry.value.type === 'membership')
      core.membership = entry.value.membership
    effects.decide(at, entry.value)
  }
}

/** Jumps to `snapshot`, which lies ahead of what is chosen here. */
export function learnSnapshot(core: Core, snapshot: Snapshot, effects: Effects): void {
  assert(snapshot.through > core.chosenThrough, 'a snapshot that is installed is ahead')
  core.log.forget(snapshot.through)
  core.chosenThrough = snapshot.through
  core.membership = snapshot.membership
  core.snapshots.keep(snapshot)
  effects.saveSnapshot(snapshot, true)
}
