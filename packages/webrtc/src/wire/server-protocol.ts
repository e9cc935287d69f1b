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
 *       bytes (to) ---------------->       bytes (from) -------------->      binary: relay-message.ts
 *
 *       found (room, ensemble) ---->       in any socket, joined or not; one question at a time
 *             <-------------- stands
 *       replace (current, next) --->
 *             <-------------- stands
 */
import { isRecord, isText, parseJson } from './guards.ts'
import { cardTextMax, roomTextMax, signalTextMax, tokenTextMax } from './limits.ts'

export interface Member {
  /** Who it is on the server: chosen by the client, at random, for as long as its transport lives. */
  readonly instance: string
  readonly card: string
}

/** What proves that one may use the server, where it asks for a proof. It never stands in an address, which others log. */
interface Proof {
  readonly token?: string
}

export interface JoinMessage extends Proof {
  readonly type: 'join'
  readonly room: string
  readonly instance: string
  readonly card: string
  /** Told to nobody: who joins again as the same instance shows by it that it is. */
  readonly key?: string
}

/**
 * A compare-and-set on the one ensemble that a room has; the answer to both is `stands`. To ask again changes nothing more.
 * `found`: `ensemble` stands if none did. `replace`: `next` stands if `current` did, or none.
 */
export type FoundingQuestion =
  | { readonly type: 'found'; readonly room: string; readonly ensemble: string }
  | { readonly type: 'replace'; readonly room: string; readonly current: string; readonly next: string }

export type ClientMessage =
  /** Once a socket, before any signal. */
  | JoinMessage
  | (FoundingQuestion & Proof)
  | { readonly type: 'signal'; readonly to: string; readonly data: string }
  | { readonly type: 'ping' }
  | { readonly type: 'bye' }

export type ServerMessage =
  /** The others of the room, in the order in which they came, and whether this server brings bytes to them. */
  | { readonly type: 'welcome'; readonly members: readonly Member[]; readonly relay: boolean }
  | { readonly type: 'joined'; readonly instance: string; readonly card: string }
  | { readonly type: 'left'; readonly instance: string }
  | { readonly type: 'signal'; readonly from: string; readonly data: string }
  | { readonly type: 'pong' }
  /** The room's ensemble, now that the question was dealt with. On disk, where the server has a file. */
  | { readonly type: 'stands'; readonly ensemble: string }

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
  unauthorized: 4008,
  originRefused: 4009,
  tooManyFromAddress: 4010,
  foundingsFull: 4011,
  tooManyFoundings: 4012,
  notDurable: 4013,
  taken: 4014,
} as const

export type CloseReason = keyof typeof closeCodes

const idPattern = /^[0-9a-zA-Z_-]{1,64}$/
/** Instances, their keys and ensembles are written alike. */
export const isServerId = (value: unknown): value is string =>
  typeof value === 'string' && idPattern.test(value)

export function parseClientMessage(text: string): ClientMessage | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { type, token, to, data } = value
  switch (type) {
    case 'join':
    case 'found':
    case 'replace': {
      const asked = parseEntrance(type, value)
      if (asked === undefined || token === undefined) return asked
      return isText(token, tokenTextMax) ? { ...asked, token } : undefined
    }
    case 'signal':
      return isServerId(to) && isText(data, signalTextMax) ? { type, to, data } : undefined
    case 'ping':
    case 'bye':
      return { type }
    default:
      return undefined
  }
}

/** What may be a socket's first message, without its token. */
function parseEntrance(
  type: 'join' | FoundingQuestion['type'],
  value: Readonly<Record<string, unknown>>,
): JoinMessage | FoundingQuestion | undefined {
  const { room, instance, card, key, ensemble, current, next } = value
  if (!isText(room, roomTextMax)) return undefined
  switch (type) {
    case 'join':
      if (!isServerId(instance) || !isText(card, cardTextMax)) return undefined
      if (key === undefined) return { type, room, instance, card }
      return isServerId(key) ? { type, room, instance, card, key } : undefined
    case 'found':
      return isServerId(ensemble) ? { type, room, ensemble } : undefined
    case 'replace':
      return isServerId(current) && isServerId(next) ? { type, room, current, next } : undefined
  }
}

export function parseServerMessage(text: string): ServerMessage | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { type, members, relay, instance, card, from, data, ensemble } = value
  switch (type) {
    case 'welcome':
      // One that says nothing of a relay is older than it.
      return Array.isArray(members)
        ? { type, members: members.filter(isMember), relay: relay === true }
        : undefined
    case 'joined':
      return isServerId(instance) && isText(card, cardTextMax) ? { type, instance, card } : undefined
    case 'left':
      return isServerId(instance) ? { type, instance } : undefined
    case 'signal':
      return isServerId(from) && isText(data, signalTextMax) ? { type, from, data } : undefined
    case 'pong':
      return { type }
    case 'stands':
      return isServerId(ensemble) ? { type, ensemble } : undefined
    default:
      return undefined
  }
}

function isMember(value: unknown): value is Member {
  if (!isRecord(value)) return false
  const { instance, card } = value
  return isServerId(instance) && isText(card, cardTextMax)
}
