/**
 * What signaling clients and server say to each other: one JSON text a message. The server reads rooms and instances; cards
 * (what a peer tells of itself) and signals are opaque texts to it. Each side parses what it gets here and nowhere else.
 *
 *     client                        server                       others of the room
 *       join  --------------------->
 *             <------- welcome (members)   joined (card) ------------->
 *       signal (to) --------------->       signal (from) ------------->
 *       ping  --------------------->
 *             <---------------- pong
 *       bye, or the socket ends --->       left ---------------------->
 */
import { isRecord, isText, parseJson } from './guards.ts'
import { cardTextMax, roomTextMax, signalTextMax } from './limits.ts'

export interface Member {
  /** Who it is on the server: chosen by the client, at random, for as long as its transport lives. */
  readonly instance: string
  readonly card: string
}

export type ClientMessage =
  /** The first message of a socket, and only the first. */
  | { readonly type: 'join'; readonly room: string; readonly instance: string; readonly card: string }
  | { readonly type: 'signal'; readonly to: string; readonly data: string }
  | { readonly type: 'ping' }
  | { readonly type: 'bye' }

export type ServerMessage =
  /** The others of the room, in the order in which they came. */
  | { readonly type: 'welcome'; readonly members: readonly Member[] }
  | { readonly type: 'joined'; readonly instance: string; readonly card: string }
  | { readonly type: 'left'; readonly instance: string }
  | { readonly type: 'signal'; readonly from: string; readonly data: string }
  | { readonly type: 'pong' }

/** Why the server ends a socket, beside the codes of WebSocket itself (1001 going away, 1009 message too big). */
export const closeCodes = {
  malformed: 4000,
  outOfTurn: 4001,
  joinTimeout: 4002,
  roomFull: 4003,
  tooManyRooms: 4004,
  tooManySockets: 4005,
  tooManyMessages: 4006,
  replaced: 4007,
} as const

export type CloseReason = keyof typeof closeCodes

const instancePattern = /^[0-9a-zA-Z_-]{1,64}$/
const isInstance = (value: unknown): value is string =>
  typeof value === 'string' && instancePattern.test(value)

export function parseClientMessage(text: string): ClientMessage | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { type, room, instance, card, to, data } = value
  switch (type) {
    case 'join':
      return isText(room, roomTextMax) && isInstance(instance) && isText(card, cardTextMax)
        ? { type, room, instance, card }
        : undefined
    case 'signal':
      return isInstance(to) && isText(data, signalTextMax) ? { type, to, data } : undefined
    case 'ping':
    case 'bye':
      return { type }
    default:
      return undefined
  }
}

export function parseServerMessage(text: string): ServerMessage | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { type, members, instance, card, from, data } = value
  switch (type) {
    case 'welcome':
      return Array.isArray(members) ? { type, members: members.filter(isMember) } : undefined
    case 'joined':
      return isInstance(instance) && isText(card, cardTextMax) ? { type, instance, card } : undefined
    case 'left':
      return isInstance(instance) ? { type, instance } : undefined
    case 'signal':
      return isInstance(from) && isText(data, signalTextMax) ? { type, from, data } : undefined
    case 'pong':
      return { type }
    default:
      return undefined
  }
}

function isMember(value: unknown): value is Member {
  if (!isRecord(value)) return false
  const { instance, card } = value
  return isInstance(instance) && isText(card, cardTextMax)
}
