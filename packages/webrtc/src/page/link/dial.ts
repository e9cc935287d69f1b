/**
 * What a link asks of WebRTC: one attempt at a connection with its channels. simple-peer.ts is the real one; tests bring
 * another. An attempt is used once; a broken one is replaced, never repaired.
 */
import type { Channel } from '@peerkeeper/core/transport'
import type { RtcSignal } from '../../wire/link-signal.ts'

export interface AttemptEvents {
  /** To be brought to the other side, in order. */
  signal(signal: RtcSignal): void
  /** The attempt failed or the connection ended, with a reason for people. Once, never before `dial` returned. */
  closed(reason: string): void
}

/** A channel that may be used here, or handed to a worker, and then not be used here. */
export interface PageChannel extends Channel {
  /** What is handed over; browsers allow it only in the task that made the channel. */
  readonly transferable: Transferable
}

export interface Attempt {
  readonly control: PageChannel
  readonly bulk: PageChannel
  /** What this page says last: it stays here, because only the page knows that it goes away. */
  readonly ownWords: PageChannel
  /** What the peer's page says last. */
  readonly peerWords: PageChannel
  /** Takes a signal of the other side. */
  signal(signal: RtcSignal): void
  /** Closes everything without an event; the other side sees its channels close. Idempotent. */
  destroy(): void
}

/** Begins an attempt. The initiator is the one who sends the offer. Throws when there is no WebRTC here. */
export type Dial = (initiator: boolean, events: AttemptEvents) => Attempt
