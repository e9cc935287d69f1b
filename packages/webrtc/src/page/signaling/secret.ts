/** A room's secret as a text: making one, and telling whether a text is one. What it is good for: room-keys.ts. */
import { base64url } from '@peerkeeper/core/transport'

export const secretBytes = 32

/**
 * A new secret for a room: 256 random bits as 43 letters, digits, `_` and `-`. Who has it can take part in the room; it is to be
 * passed on as carefully as the data deserve, and never to the signaling server.
 */
export const createSecret = (): string => base64url(crypto.getRandomValues(new Uint8Array(secretBytes)))

/** Throws a TypeError where `secret` is none of {@link createSecret}'s. */
export function checkSecret(secret: string): void {
  if (!/^[\w-]{43}$/.test(secret))
    throw new TypeError('a room secret is 43 letters, digits, _ and -, as createSecret() makes them')
}
