/**
 * How a log begins that does not begin at its first slot: with a snapshot, and the record of a node that has promised,
 * voted and accepted nothing. What that record is, each protocol says. Does not know where the snapshot comes from.
 */
import { assert } from '../base/assert.ts'
import { noSlot } from '../base/ids.ts'
import type { Persist, Snapshot } from './engine.ts'

/** The first write of a storage that begins behind `snapshot`, whose membership is one voter. */
export function genesisOf(snapshot: Snapshot, hardState: unknown): Persist {
  const { voters, observers } = snapshot.membership
  assert(voters.length === 1 && observers.length === 0, 'an ensemble begins with one voter')
  assert(snapshot.through > noSlot, 'what begins with nothing is founded')
  return { hardState, log: [], snapshot }
}
