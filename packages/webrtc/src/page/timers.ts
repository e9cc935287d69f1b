/** The page's own clock and dice. The only file that asks for them; everything else has them passed in. */
export { ownTimers as pageTimers } from '@peerkeeper/core/transport'

/** 32 hexadecimal digits that nobody else has. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
