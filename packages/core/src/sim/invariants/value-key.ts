/** Values and ballots as strings: equal exactly when what they name is equal (values up to a 53-bit hash). */
import { hashBytes } from '../../logic/base/hash.ts'
import type { Ballot } from '../../logic/consensus/ballot.ts'
import type { Value } from '../../logic/consensus/value.ts'

export type ValueKey = string
export type BallotKey = string

export function valueKey(value: Value): ValueKey {
  if (value instanceof Uint8Array) return `${value.length}:${hashBytes(value)}`
  if (value.type === 'noop') return 'noop'
  const { voters, observers } = value.membership
  return `${voters.join()}|${observers.join()}`
}

export const ballotKey = ({ counter, node }: Ballot): BallotKey => `${counter}.${node}`
