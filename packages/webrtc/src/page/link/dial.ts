/**
 * What a link asks of WebRTC: one attempt at a connection with its channels. simple-peer.ts is the real one; tests bring
 * another. An attempt is used once; a broken one is replaced, never repaired.
 */
import type { Channel } from '@peerkeeper/core/transport'
import type { RtcSignal } from '../../wire/link-signal.ts'
import type { Reason, ReasonCode } from './reason.ts'

export interface AttemptEvents {
  /** To be brought to the other side, in order. */
  signal(signal: RtcSignal): void
  /** Nothing is heard over the path at present, or something is again: it may come back by itself. */
  silent(isSilent: boolean): void
  /** The attempt failed or the connection ended, with a reason for people. Once, never before `dial` returned. */
  closed(reason: string, code?: ReasonCode): void
}

/** A channel that may be used here, or handed to a worker, and then not be used here. */
export interface PageChannel extends Channel {
  /** What is handed over; browsers allow it only in the task that made the channel. */
  readonly transferable: Transferable
}

/** What can be asked about the path that an attempt found or did not find. */
export interface Path {
  /** Why there is none, as far as one can see now. */
  explain(): Reason
  /** A number that has risen when anything was heard over it. */
  heard(): Promise<number>
}

export interface Attempt {
  readonly control: PageChannel
  readonly bulk: PageChannel
  /** What this page says last: it stays here, because only the page knows that it goes away. */
  readonly ownWords: PageChannel
  /** What the peer's page says last. */
  readonly peerWords: PageChannel
  /** Absent where there is nothing to ask. */
  readonly path?: Path
  /** Takes a signal of the other side. */
  signal(signal: RtcSignal): void
  /** Closes everything without an event; the other side sees its channels close. Idempotent. */
  destroy(): void
}

/**
 * Begins an attempt. The initiator is the one who sends the offer. Throws, or rejects, when there is no WebRTC here. Where it
 * promises an attempt, the promise is fulfilled in the task that made the channels.
 */
export type Dial = (initiator: boolean, events: AttemptEvents) => Attempt | Promise<Attempt>
