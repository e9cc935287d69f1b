/**
 * The secret of a room that is reached through a signaling server. It stands in the fragment of a link, which browsers send to
 * nobody, and lies in the profile's storage, so that a page finds it again without the link.
 */
import { createSecret } from '@peerkeeper/webrtc'
import type { Address } from './address.ts'

/**
 * `address` with its secret: the one that it says, else the one that this profile has for the room. A visitor who names no room
 * gets one of their own, into which others come by an invite link only; a room that an address names without a secret is open to
 * whoever knows its name. What the profile has for a room it keeps: a link that brings another leads to where that is good, and
 * nowhere else. Where nothing can be stored there is no secret but that of the address.
 */
export function withOwnSecret(
  address: Address,
  isNamed: boolean,
  storage: () => Pick<Storage, 'getItem' | 'setItem'>,
): Address {
  const name = `peerkeeper-demo:${address.room}:secret`
  try {
    const kept = storage()
    const own = kept.getItem(name)
    const secret = address.secret ?? own ?? (isNamed ? null : createSecret())
    if (secret !== null && own === null) kept.setItem(name, secret)
    return { ...address, secret }
  } catch {
    return address
  }
}
