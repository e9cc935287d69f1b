/**
 * What is agreed on. Consensus never looks inside a command; only a membership change means something to it. And runs
 * of values in neighbouring slots under one ballot, the unit in which logs are sent and stored.
 */
import { isCounter, type Slot, slot } from '../base/ids.ts'
import { type Ballot, parseBallot } from './ballot.ts'
import { type Membership, parseMembership } from './membership.ts'

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

/** A value from outside, or null. */
export function parseValue(value: unknown): Value | null {
  if (value instanceof Uint8Array) return value
  if (typeof value !== 'object' || value === null) return null
  const { type, membership } = value as { type?: unknown; membership?: unknown }
  if (type === 'noop') return noop
  if (type !== 'membership') return null
  const parsed = parseMembership(membership)
  return parsed === null ? null : { type, membership: parsed }
}

/** A run from outside, or null. */
export function parseRun(value: unknown): Run | null {
  if (typeof value !== 'object' || value === null) return null
  const { ballot, firstSlot, values } = value as { ballot?: unknown; firstSlot?: unknown; values?: unknown }
  const parsedBallot = parseBallot(ballot)
  if (parsedBallot === null || !isCounter(firstSlot) || firstSlot < 1) return null
  if (!Array.isArray(values) || values.length === 0 || !isCounter(firstSlot + values.length)) return null
  const parsed: Value[] = []
  for (const each of values) {
    const one = parseValue(each)
    if (one === null) return null
    parsed.push(one)
  }
  return { ballot: parsedBallot, firstSlot: slot(firstSlot), values: parsed }
}
