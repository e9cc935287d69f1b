/**
 * What crosses the MessagePort between a replica's worker and the part of a transport that lives in the page (WebRTC
 * exists only there). Frames are transferred, not copied.
 */
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import type { Lane, TransportEvent } from './contract.ts'

export type WorkerToPage =
  | { readonly type: 'start'; readonly node: NodeId; readonly ensemble: EnsembleId }
  | { readonly type: 'send'; readonly peer: NodeId; readonly lane: Lane; readonly bytes: Uint8Array }
  /** To be sent to `peer` on the lane for control when the page goes away. */
  | { readonly type: 'lastWords'; readonly peer: NodeId; readonly bytes: Uint8Array }
  | { readonly type: 'close' }

export type PageToWorker = TransportEvent

/** The page's half of a transport: what an app passes to `connect({ transports: () => [...] })`. */
export interface PageTransport {
  /** Serves the worker behind `port` from now on, once: begins on `start`, ends on `close`. */
  attach(port: MessagePort): void
  /** Links as people may want to see them. A snapshot, not live. */
  links(): readonly PageLink[]
  /** Ends without waiting for the worker. Idempotent. */
  close(): void
  /** Tells every peer the worker's last words, and ends: for `pagehide`. Idempotent. */
  farewell(): void
}

export interface PageLink {
  readonly peer: NodeId
  readonly state: 'connecting' | 'up' | 'down'
}
