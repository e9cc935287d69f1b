/**
 * What is agreed on. Consensus never looks inside a command; only a membership change means something to it. And runs
 * of values in neighbouring slots under one ballot, the unit in which logs are sent and stored.
 */
import { isCounter, type Slot, slot } from '../base/ids.ts'
import { aSlot, listOf, record, type Shape, union, where } from '../base/shape.ts'
import { aBallot, type Ballot } from './ballot.ts'
import { aMembership, type Membership } from './membership.ts'

export type Value =
  /** A command of the state machine, opaque. */
  | Uint8Array
  /** Fills a slot for which a new leader found nothing. */
  | { readonly type: 'noop' }
  /** The membership from the next slot on. */
  | { readonly type: 'membership'; readonly membership: Membership }

export const noop: Value = { type: 'noop' }

/** Values of slots `firstSlot`, `firstSlot + 1` ..., all proposed in `ballot`. Never empty. */
export interface Run {
  readonly ballot: Ballot
  readonly firstSlot: Slot
  readonly values: readonly Value[]
}

export const lastSlotOf = (run: Run): Slot => slot(run.firstSlot + run.values.length - 1)

/** Bytes that count against size limits: a command's own, a little for everything else. */
export const valueBytes = (value: Value): number => (value instanceof Uint8Array ? value.length : 64)

/** Likewise, of all values of `run`. */
export const runBytes = ({ values }: Run): number =>
  values.reduce((bytes, value) => bytes + valueBytes(value), 0)

/** Whether two values are the same decision. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, index) => byte === b[index])
  if (a instanceof Uint8Array || b instanceof Uint8Array) return false
  if (a.type === 'noop' || b.type === 'noop') return a.type === b.type
  const show = ({ voters, observers }: Membership) => `${voters.join()} ${observers.join()}`
  return show(a.membership) === show(b.membership)
}

const aDecision = union<Exclude<Value, Uint8Array>>({
  noop: record({}),
  membership: record({ membership: aMembership }),
})

/** A value from outside. */
export const aValue: Shape<Value> = value => (value instanceof Uint8Array ? value : aDecision(value))

/** A run from outside. */
export const aRun: Shape<Run> = where(
  record<Run>({ ballot: aBallot, firstSlot: aSlot, values: listOf(aValue) }),
  ({ firstSlot, values }) => firstSlot > 0 && values.length > 0 && isCounter(firstSlot + values.length),
)
