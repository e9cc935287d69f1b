/** What a node's disk holds, by slot: equal for all orders of writes that left the same. */
import { InvariantError } from '../../logic/base/assert.ts'
import { type Slot, slot, slotAfter } from '../../logic/base/ids.ts'
import type { Ballot } from '../../logic/consensus/ballot.ts'
import type { Persist, Recovered } from '../../logic/consensus/engine.ts'
import type { Value } from '../../logic/consensus/value.ts'

export interface Disk {
  readonly hardState: unknown
  readonly log: ReadonlyMap<Slot, { readonly ballot: Ballot; readonly value: Value }>
}

export const emptyDisk: Disk = { hardState: null, log: new Map() }

export function written({ log: before }: Disk, { hardState, log, snapshot }: Persist): Disk {
  if (snapshot !== null) throw new InvariantError('model worlds are too small for snapshots')
  const after = new Map(before)
  for (const write of log) {
    if (write.type === 'truncate') {
      for (const at of [...after.keys()]) if (at >= write.from) after.delete(at)
    } else {
      const { ballot, firstSlot, values } = write.run
      for (const [index, value] of values.entries()) after.set(slotAfter(firstSlot, index), { ballot, value })
    }
  }
  return { hardState, log: after }
}

export function recoveredFrom({ hardState, log }: Disk): Recovered {
  const slots = [...log].sort(([a], [b]) => a - b)
  return {
    hardState,
    log: slots.map(([at, { ballot, value }]) => ({
      type: 'append',
      run: { ballot, firstSlot: slot(at), values: [value] },
    })),
    snapshot: null,
  }
}
