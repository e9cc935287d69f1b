/**
 * What the address of the page says: which room, and for the invited which ensemble and how to reach it. Pure. What is
 * malformed is left out, so that any address opens something.
 */
import { isId } from '@peerkeeper/core/transport'

export interface Address {
  /** The name that tabs and devices share. */
  readonly room: string
  /** Join this ensemble; without it this profile's first tab founds one. */
  readonly ensemble: string | null
  /** A signaling server, for peers beyond this browser profile. */
  readonly signal: string | null
}

export const defaultRoom = 'demo'

/** Reads `location.hash`. */
export function parseHash(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const room = fields.get('room')
  const ensemble = fields.get('ensemble')
  const signal = fields.get('signal')
  return {
    room: isId(room) ? room : defaultRoom,
    ensemble: isId(ensemble) ? ensemble : null,
    signal: signal !== null && isSocketUrl(signal) ? signal : null,
  }
}

/** A link at `page` (an address without a hash) that leads to the same place. Colons and slashes stay readable. */
export function linkTo(page: string, { room, ensemble, signal }: Address): string {
  const fields = [`room=${room}`]
  if (ensemble !== null) fields.push(`ensemble=${ensemble}`)
  if (signal !== null)
    fields.push(`signal=${encodeURIComponent(signal).replace(/%(3A|2F)/g, decodeURIComponent)}`)
  return `${page}#${fields.join('&')}`
}

/** Where an invited ensemble is kept in a profile whose `room` holds another one. */
export const roomBeside = (room: string, ensemble: string): string =>
  `${room.slice(0, 40)}-${ensemble.slice(0, 16)}`

function isSocketUrl(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)
}
