/** Runs and values as traces show them. */
import { showBallot } from '../../src/logic/consensus/ballot.ts'
import type { Run, Value } from '../../src/logic/consensus/value.ts'

export function showValue(value: Value): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value.type === 'noop') return 'noop'
  const { voters, observers } = value.membership
  return `{${voters.join()}${observers.length > 0 ? `; ${observers.join()}` : ''}}`
}

export const showRun = ({ ballot, firstSlot, values }: Run): string =>
  `${showBallot(ballot)} from ${firstSlot}: ${values.map(showValue).join(' ')}`
