/** A room's secret as a text: making one, and telling whether a text is one. What it is good for: room-keys.ts. */
import { base64url } from '@peerkeeper/core/transport'

const secretBytes = 32

/**
 * A new secret for a room: 256 random bits as 43 letters, digits, `_` and `-`. Who has it can take part in the room; it is to be
 * passed on as carefully as the data deserve, and never to the signaling server.
 */
export const createSecret = (): string => base64url(crypto.getRandomValues(new Uint8Array(secretBytes)))

/** The bytes of a secret. Throws a TypeError where `secret` is not written as {@link createSecret} writes. */
export function bytesOfSecret(secret: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]{43}$/.test(secret))
    throw new TypeError('a room secret is 43 letters, digits, _ and -, as createSecret() makes them')
  // The last letter has two bits to spare, which people who make one up do not know of.
  const binary = atob(secret.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, letter => letter.charCodeAt(0))
}
