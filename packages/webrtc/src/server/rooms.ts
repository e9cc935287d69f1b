/**
 * Who is in which room, and who hears what. Synchronous; knows neither sockets nor the contents of cards and signals. A room
 * exists while somebody is in it.
 */
import { encodeRelayMessage } from '../wire/relay-message.ts'
import type { CloseReason, ServerMessage } from '../wire/server-protocol.ts'
import type { SignalingLimits } from './limits.ts'

/** One who is in a room, as the room sees it. */
export interface Seat {
  readonly room: string
  readonly instance: string
  readonly card: string
  /** What tells the owner of the instance from others, who see its name. */
  readonly key: string | undefined
  deliver(message: ServerMessage): void
  /** Brings it a binary message, or loses it. */
  relay(message: Uint8Array): void
  /** The room has no place for it any more. */
  dismiss(reason: CloseReason): void
}

export interface Rooms {
  /** Rooms with somebody in them. */
  readonly size: number
  /**
   * Seats `seat`, welcomes it, and tells the others. An instance that is there already is replaced by one with the same key: it
   * is the same client, back before its old socket was missed; another key is an impostor's. Returns why there is no place, or undefined.
   */
  join(seat: Seat): CloseReason | undefined
  /** Takes `seat` away and tells the others; nothing happens when it is not there (any more). */
  leave(seat: Seat): void
  /** Brings `data` to the instance `to` of the same room, or loses it when nobody of that name is there. */
  signal(from: Seat, to: string, data: string): void
  /** Brings `bytes` to the instance `to` of the same room. Returns whether somebody of that name is there. */
  relay(from: Seat, to: string, bytes: Uint8Array): boolean
}

/** `relays`: what those who come are told of the relay. */
export function createRooms(
  limits: Pick<SignalingLimits, 'peersPerRoomMax' | 'roomsMax'>,
  relays: boolean,
): Rooms {
  const rooms = new Map<string, Map<string, Seat>>()

  function tellOthers(seat: Seat, message: ServerMessage): void {
    for (const other of rooms.get(seat.room)?.values() ?? []) if (other !== seat) other.deliver(message)
  }

  function leave(seat: Seat): void {
    const room = rooms.get(seat.room)
    if (room?.get(seat.instance) !== seat) return
    room.delete(seat.instance)
    if (room.size === 0) rooms.delete(seat.room)
    tellOthers(seat, { type: 'left', instance: seat.instance })
  }

  return {
    get size() {
      return rooms.size
    },
    join(seat) {
      const before = rooms.get(seat.room)?.get(seat.instance)
      if (before !== undefined) {
        if (before.key !== seat.key) return 'taken'
        leave(before)
        before.dismiss('replaced')
      }
      const room = rooms.get(seat.room) ?? new Map<string, Seat>()
      if (room.size >= limits.peersPerRoomMax) return 'roomFull'
      if (room.size === 0 && rooms.size >= limits.roomsMax) return 'tooManyRooms'
      const members = [...room.values()].map(({ instance, card }) => ({ instance, card }))
      room.set(seat.instance, seat)
      rooms.set(seat.room, room)
      seat.deliver({ type: 'welcome', members, relay: relays })
      tellOthers(seat, { type: 'joined', instance: seat.instance, card: seat.card })
      return undefined
    },
    leave,
    signal(from, to, data) {
      rooms.get(from.room)?.get(to)?.deliver({ type: 'signal', from: from.instance, data })
    },
    relay(from, to, bytes) {
      const seat = rooms.get(from.room)?.get(to)
      seat?.relay(encodeRelayMessage(from.instance, bytes))
      return seat !== undefined
    },
  }
}
