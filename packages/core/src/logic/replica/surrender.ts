/**
 * What is left of a replica that has stopped: everything that it holds, for a new ensemble to begin with. More than what it
 * had applied: also what it has accepted behind what it knows to be decided, which may have been.
 */
import { slotAfter } from '../base/ids.ts'
import type { Engine } from '../consensus/engine.ts'
import type { StateMachine } from '../state/contract.ts'
import { entryOf } from './entry.ts'
import type { Replica } from './replica.ts'

export interface Remains {
  readonly replica: Replica
  readonly engine: Engine<unknown>
  readonly machine: StateMachine
}

/** The snapshot of all that `replica` holds; nothing else is to be asked of it, or of what it is made of, from then on. */
export function surrender({ replica, engine, machine }: Remains): Uint8Array {
  // One that was never stepped has not applied what its engine recovered.
  replica.step([], 0)
  for (const value of engine.held()) machine.apply(slotAfter(machine.appliedThrough), entryOf(value))
  return machine.snapshot()
}
