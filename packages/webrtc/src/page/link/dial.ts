/**
 * What a link asks of WebRTC: one attempt at a connection with two channels. simple-peer.ts is the real one; tests bring
 * another. An attempt is used once; a broken one is replaced, never repaired.
 */
import type { Channel } from '../../lane/channel.ts'
import type { RtcSignal } from '../../wire/link-signal.ts'

export interface AttemptEvents {
  /** To be brought to the other side, in order. */
  signal(signal: RtcSignal): void
  /** The attempt failed or the connection ended, with a reason for people. Once, never before `dial` returned. */
  closed(reason: string): void
}

export interface Attempt {
  readonly control: Channel
  readonly bulk: Channel
  /** Takes a signal of the other side. */
  signal(signal: RtcSignal): void
  /** Closes everything without an event; the other side sees its channels close. Idempotent. */
  destroy(): void
}

/** Begins an attempt. The initiator is the one who sends the offer. Throws when there is no WebRTC here. */
export type Dial = (initiator: boolean, events: AttemptEvents) => Attempt
