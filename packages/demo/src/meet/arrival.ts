/** Where a page begins: at its address, or where an invite leads that it was opened with. Pure but for the clock in `readInvite`. */
import { readInvite } from '@peerkeeper/webrtc'
import { type Address, parseHash } from '../address/address.ts'
import type { Errand } from '../address/errand.ts'
import { addressOfInvite, codeInHash } from './invite.ts'

export interface Arrival {
  readonly address: Address
  /** To be answered once the replica is there; also one that cannot be read, so that this is said. */
  readonly invite: string | null
}

export function arrivalAt(hash: string, { accept }: Errand): Arrival {
  const invite = codeInHash(hash) ?? accept ?? null
  return { address: (invite === null ? null : leadsTo(invite)) ?? parseHash(hash), invite }
}

function leadsTo(invite: string): Address | null {
  try {
    return addressOfInvite(readInvite(invite).data)
  } catch {
    return null
  }
}
