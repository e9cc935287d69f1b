/**
 * How replicas that are not connected yet find each other and exchange a few texts. Signaling may lose messages and go away
 * for a while; links that stand do not care. It carries signals and does not look into them.
 */
import type { EnsembleId, NodeId } from '@peerkeeper/core/transport'
import type { Refusals } from './refusals.ts'

/** One who joined. */
export interface Peer {
  readonly node: NodeId
  readonly ensemble: EnsembleId
  /** Random, minted each time a transport starts: tells a tab from the same tab after a reload. Signals are addressed to it. */
  readonly instance: string
  /** What proves it (see wire/proof.ts): carried as it is by every way of signaling, and added by none. */
  readonly proof?: string
}

export type SignalingEvent =
  /** `peer` can be reached. May come again and again. */
  | { readonly type: 'peer'; readonly peer: Peer }
  /** No longer reachable: it left, or signaling is away for now. Says nothing about links. */
  | { readonly type: 'left'; readonly instance: string }
  /** `from` sent `data`. Messages of one sender keep their order. */
  | { readonly type: 'signal'; readonly from: Peer; readonly data: string }
  /** `bytes` came by the relay, and say that they are from `instance`. Those of one sender keep their order. */
  | { readonly type: 'relayed'; readonly instance: string; readonly bytes: Uint8Array }

/**
 * Bytes on the way that signaling takes, for peers that cannot connect. Carries them unread and unsealed: who sends them seals
 * them, and who receives them believes nothing else.
 */
export interface Relay {
  /** Whether there is a way to `instance` now, as far as is known here. */
  reaches(instance: string): boolean
  /** Sends a copy of `bytes`, at most relayBytesMax, or loses them. Never throws. */
  send(instance: string, bytes: Uint8Array): void
  /** Bytes on the way to `instance`, and to others that share it, that have not left this machine yet. */
  waiting(instance: string): number
}

export interface Signaling {
  /**
   * Announces `self` and begins to tell `sink` of the others, those that are there already first; never of `self`. Once.
   * Reconnects by itself until `leave`.
   */
  join(self: Peer, sink: (event: SignalingEvent) => void): void
  /** Sends `data` to the peer of this instance, or loses it. Never throws. */
  send(instance: string, data: string): void
  /** Absent where this signaling brings no bytes. */
  readonly relay?: Relay
  /** What it dropped so far because it was not said by whom it claims; absent where everything is believed. */
  refused?(): Refusals
  /** Says goodbye and stops, at once, so that `pagehide` may call it. Idempotent; no event comes after it. */
  leave(): void
}
