/**
 * Where the tabs of one browser profile find the replica that one of them hosts: over a BroadcastChannel that all of them
 * hear, each asks for a seat and is given a channel of its own, which two ends know. Decides nothing about who hosts.
 *
 *   tab                       host's worker
 *    | knock(seat, ...)        |             every 200 ms until it is answered
 *    |------------------------>|             opens the seat's channel
 *    |          welcome(seat)  |
 *    |<------------------------|             from now on requests and events go over the seat's channel
 *    |              here(host) |             twice a second: a host that is not heard is frozen or gone
 *    |<------------------------|
 *    |       farewell(session) |             of the host's page: the next host is told that this session is over
 *    |<------------------------|
 */
import {
  type EnsembleId,
  ensembleId,
  incarnation,
  isCounter,
  isId,
  nodeId,
  type SessionId,
  sessionId,
} from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineNames } from '../../logic/consensus/engine-names.ts'
import type { OpenError, Opening } from './protocol.ts'

/** Milliseconds. */
export interface LobbyPace {
  /** A host shows itself this often. */
  readonly hereMs: number
  /** A tab without a seat knocks this often. */
  readonly knockMs: number
}

export const lobbyPace: LobbyPace = { hereMs: 500, knockMs: 200 }

export type LobbyMessage =
  /** A tab asks for a seat: `ensemble` null takes whichever the profile is in. */
  | {
      readonly type: 'knock'
      readonly seat: string
      readonly engine: EngineName
      readonly ensemble: EnsembleId | null
    }
  | { readonly type: 'welcome'; readonly seat: string; readonly host: string; readonly opening: Opening }
  | { readonly type: 'refused'; readonly seat: string; readonly error: OpenError }
  /** The page that hosts, or hosted, goes away with its session: whoever hosts next is to know. */
  | { readonly type: 'farewell'; readonly session: SessionId }
  /** A host is there: each opening of a replica is another `host`. */
  | { readonly type: 'here'; readonly host: string }

type Knock = Extract<LobbyMessage, { type: 'knock' }>

export const lobbyName = (room: string): string => `peerkeeper:${room}:lobby`
export const seatName = (room: string, seat: string): string => `peerkeeper:${room}:seat:${seat}`

export interface LobbyConfig {
  readonly room: string
  readonly opening: Opening
  /** Serves the tab at the other end of `channel`. */
  serve(channel: BroadcastChannel): void
  /**
   * Does `action` when this is known to be the host still: now, a little later, or never. A host that was frozen may have a
   * successor, and must not speak in its place.
   */
  whenSure(action: () => void): void
  readonly pace?: LobbyPace
}

/** Gives out seats until the returned function is called. */
export function keepLobby({ room, opening, serve, whenSure, pace = lobbyPace }: LobbyConfig): () => void {
  const host = crypto.randomUUID()
  const channel = new BroadcastChannel(lobbyName(room))
  /** Served already: a knock that is repeated is answered again. */
  const seats = new Set<string>()
  let isClosed = false
  const say = (message: LobbyMessage) => channel.postMessage(message)
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLobbyMessage(data)
    if (message?.type === 'knock') whenSure(() => answer(message))
  }
  const answer = (message: Knock) => {
    if (isClosed) return
    const { seat } = message
    const error = mismatch(opening, message)
    if (error !== null) return say({ type: 'refused', seat, error })
    if (!seats.has(seat)) {
      seats.add(seat)
      serve(new BroadcastChannel(seatName(room, seat)))
    }
    say({ type: 'welcome', seat, host, opening })
  }
  const here = () =>
    whenSure(() => {
      if (!isClosed) say({ type: 'here', host })
    })
  here()
  const timer = setInterval(here, pace.hereMs)
  return () => {
    isClosed = true
    clearInterval(timer)
    channel.close()
  }
}

function mismatch(opening: Opening, { engine, ensemble }: Knock): OpenError | null {
  if (engine !== opening.engine)
    return { code: 'Mismatch', message: `the room runs on engine ${opening.engine}, not on ${engine}` }
  if (ensemble !== null && ensemble !== opening.ensemble)
    return {
      code: 'ForeignEnsemble',
      message: `this browser takes part in ensemble ${opening.ensemble}, not in ${ensemble}`,
    }
  return null
}

/** A message of another tab, or null. Tabs may run another version of the app. */
export function parseLobbyMessage(value: unknown): LobbyMessage | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, seat, host, engine, ensemble, opening, error, session } = value as { [key: string]: unknown }
  switch (type) {
    case 'knock': {
      const named = engineNames.find(name => name === engine)
      if (!isId(seat) || named === undefined || !(ensemble === null || isId(ensemble))) return null
      return { type, seat, engine: named, ensemble: ensemble === null ? null : ensembleId(ensemble) }
    }
    case 'welcome': {
      const parsed = parseOpening(opening)
      return isId(seat) && isId(host) && parsed !== null ? { type, seat, host, opening: parsed } : null
    }
    case 'refused': {
      const parsed = parseError(error)
      return isId(seat) && parsed !== null ? { type, seat, error: parsed } : null
    }
    case 'farewell':
      return isCounter(session) ? { type, session: sessionId(session) } : null
    case 'here':
      return isId(host) ? { type, host } : null
    default:
      return null
  }
}

function parseOpening(value: unknown): Opening | null {
  if (typeof value !== 'object' || value === null) return null
  const { node, ensemble, engine, incarnation: number, lock } = value as { [key: string]: unknown }
  const named = engineNames.find(name => name === engine)
  if (!isId(node) || !isId(ensemble) || named === undefined) return null
  if (!isCounter(number) || typeof lock !== 'string') return null
  return {
    node: nodeId(node),
    ensemble: ensembleId(ensemble),
    engine: named,
    incarnation: incarnation(number),
    lock,
  }
}

function parseError(value: unknown): OpenError | null {
  if (typeof value !== 'object' || value === null) return null
  const { code, message } = value as { [key: string]: unknown }
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : null
}
