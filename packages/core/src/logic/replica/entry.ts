/** What a decided value is to the state: a command, the members to show, or nothing. */
import type { Membership } from '../consensus/membership.ts'
import type { Value } from '../consensus/value.ts'
import type { Configuration } from '../state/contract.ts'

export function entryOf(value: Value): Uint8Array | Configuration | null {
  if (value instanceof Uint8Array) return value
  return value.type === 'membership' ? configurationOf(value.membership) : null
}

function configurationOf({ voters, observers }: Membership): Configuration {
  return {
    members: [
      ...voters.map(id => ({ id, role: 'voter' }) as const),
      ...observers.map(id => ({ id, role: 'observer' }) as const),
    ],
  }
}
