/**
 * How frames get from one replica to another. A transport may lose, repeat and reorder frames and is never an
 * authority on who lives: `down` is a hint, its absence says nothing. It does say when a connection is new.
 */
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import type { Wanted } from '../../logic/topology/wanted.ts'
import type { NodeKey } from '../identity-key.ts'

/** `control` is for small protocol messages, `bulk` for what may be large and must not delay them. */
export type Lane = 'control' | 'bulk'

export type TransportEvent =
  /** A connection to `peer` stands, in place of the one before. No other to this peer has the number `connection`. */
  | { readonly type: 'up'; readonly peer: NodeId; readonly connection: number }
  | { readonly type: 'down'; readonly peer: NodeId; readonly connection: number }
  /** `bytes` belong to the receiver. */
  | {
      readonly type: 'frame'
      readonly peer: NodeId
      readonly connection: number
      readonly bytes: Uint8Array
    }
  /** A replica of another ensemble is in the room; it is not connected. Told once of each ensemble, for people to hear. */
  | { readonly type: 'foreign'; readonly peer: NodeId; readonly ensemble: EnsembleId }

/** Whom a transport speaks for. Only peers of the same ensemble are connected. */
export interface Endpoint {
  /** Derived from the public half of `key`. */
  readonly node: NodeId
  /** Proves to peers that this is `node`. */
  readonly key: NodeKey
  readonly ensemble: EnsembleId
}

export interface Transport {
  /** Begins to connect, once. Events go to `sink` from then on, never before `start` returned. */
  start(self: Endpoint, sink: (event: TransportEvent) => void): void
  /**
   * With whom the replica would be connected from now on, in place of what it wanted before; with everybody until this is said
   * first. A wish: others may want this replica, and a transport to which connections cost nothing connects all. Never throws.
   */
  want(wanted: Wanted): void
  /**
   * Sends `bytes` to `peer`, or drops them when there is no connection or too much waits already. Never throws. The
   * caller does not touch `bytes` again.
   */
  send(peer: NodeId, lane: Lane, bytes: Uint8Array): void
  /**
   * What `peer` is to hear last, should the page go away without warning and take this replica along; in place of what was
   * given before. Only of use where the transport's outer half lives in that page. Never throws.
   */
  lastWords(peer: NodeId, bytes: Uint8Array): void
  /** Says goodbye to all peers and stops. Idempotent; no event comes after it. */
  close(): void
}
