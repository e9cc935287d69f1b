/**
 * What crosses the MessagePort between a replica's worker and the part of a transport that lives in the page (WebRTC
 * exists only there). Frames and channels are transferred, not copied.
 *
 * Frames go through the page, or past it over channels that it hands to the worker as it makes them; then the worker alone
 * says who is up, and a page that is busy delays nobody:
 *
 *     page                                  worker
 *     channels 7   --------------------->    waits for them to open
 *                  <---------------------   opened 7         frames pass the page by
 *                  <---------------------   broken 7         the channels failed: it is down already
 *     ended 7      --------------------->    the page gave it up: it is down now
 *
 * A peer may be connected by such channels and through the page (by a relay) at once, while one takes over from the other.
 * Frames then go over the channels.
 */
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import type { Wanted } from '../../logic/topology/wanted.ts'
import type { NodeKey } from '../identity-key.ts'
import type { Lane, TransportEvent } from './contract.ts'

export type WorkerToPage =
  /** `takesChannels`: whether data channels can live in this worker. */
  | {
      readonly type: 'start'
      readonly node: NodeId
      readonly key: NodeKey
      readonly ensemble: EnsembleId
      readonly takesChannels: boolean
    }
  /** With whom the replica would be connected; with everybody until this is said first. */
  | ({ readonly type: 'want' } & Wanted)
  | { readonly type: 'send'; readonly peer: NodeId; readonly lane: Lane; readonly bytes: Uint8Array }
  /** To be sent to `peer` when the page goes away. */
  | { readonly type: 'lastWords'; readonly peer: NodeId; readonly bytes: Uint8Array }
  /** The channels of this connection carry frames. */
  | { readonly type: 'opened'; readonly connection: number }
  /** They do not, or no more; `reason` is for people. */
  | { readonly type: 'broken'; readonly connection: number; readonly reason: string }
  /** Frames of this connection that were dropped so far, because too much waited. */
  | { readonly type: 'dropped'; readonly connection: number; readonly frames: number }
  | { readonly type: 'close' }

/** What an open connection is made of, `Raw` a data channel as it is handed over. */
export interface ChannelsToWorker<Raw> {
  readonly type: 'channels'
  readonly peer: NodeId
  /** That of no other connection to this peer. */
  readonly connection: number
  readonly control: Raw
  readonly bulk: Raw
  /** What the peer's page says last comes on this one. Its mirror, to say our own, stays in the page. */
  readonly peerWords: Raw
}

export type PageToWorker =
  | TransportEvent
  /** A connection that is being made: its channels, transferred in the task that made them. */
  | ChannelsToWorker<Transferable>
  /** The page gave up the connection, or saw its end; nothing where the worker knows. */
  | { readonly type: 'ended'; readonly connection: number }

/** The page's half of a transport: what an app passes to `connect({ transports: () => [...] })`. */
export interface PageTransport {
  /** Serves the worker behind `port` from now on, once: begins on `start`, ends on `close`. */
  attach(port: MessagePort): void
  /** Links as people may want to see them. A snapshot, not live. */
  links(): readonly PageLink[]
  /** Ends without waiting for the worker, but for a moment where that is the way of what it handed over before. Idempotent. */
  close(): void
  /** Tells every peer the worker's last words, and ends: for `pagehide`. Idempotent. */
  farewell(): void
}

export interface PageLink {
  readonly peer: NodeId
  readonly state: 'connecting' | 'up' | 'down'
}
