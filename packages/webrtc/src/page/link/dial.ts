/**
 * What a link asks of WebRTC, or of the relay: one attempt at a connection with its channels. simple-peer.ts and relay/ are the real ones; tests bring
 * another. An attempt is used once; a broken one is replaced, never repaired.
 */
import type { Channel } from '@peerkeeper/core/transport'
import type { RtcSignal } from '../../wire/link-signal.ts'
import type { MeasuredPath } from './measure-path.ts'
import type { Reason, ReasonCode } from './reason.ts'

export interface AttemptEvents<Signal = RtcSignal> {
  /** To be brought to the other side, in order. */
  signal(signal: Signal): void
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
  /** How it goes, as the browser tells. Absent where there is no browser to ask. */
  measure?(): Promise<MeasuredPath | undefined>
}

/** The channels of an attempt, as they are made. */
export interface AttemptChannels<Made extends Channel = PageChannel> {
  readonly control: Made
  readonly bulk: Made
  /** What this page says last: it stays here, because only the page knows that it goes away. */
  readonly ownWords: Made
  /** What the peer's page says last. */
  readonly peerWords: Made
}

/** What is said last where that takes time: it is made ready before, and then said at once. */
export interface PreparedWords {
  /** In place of what was made ready before. */
  prepare(bytes: Uint8Array): void
  /** Within this task. */
  say(): void
}

export interface Attempt<Signal = RtcSignal, Made extends Channel = PageChannel>
  extends AttemptChannels<Made> {
  /** Absent where there is nothing to ask. */
  readonly path?: Path
  /** Absent where a channel says them at once. */
  readonly words?: PreparedWords
  /** Takes a signal of the other side. */
  signal(signal: Signal): void
  /** Bytes of the other side, where attempts take such. */
  receive?(bytes: Uint8Array): void
  /** What brings these bytes is gone: it ends when what came is heard. */
  wayGone?(): void
  /** Closes everything without an event; the other side sees its channels close. Idempotent. */
  destroy(): void
}

/**
 * Begins an attempt. The initiator is the one who sends the offer. Throws, or rejects, when there is no WebRTC here. Where it
 * promises an attempt, the promise is fulfilled in the task that made the channels.
 */
export type Dial<Signal = RtcSignal, Made extends Channel = PageChannel> = (
  initiator: boolean,
  events: AttemptEvents<Signal>,
) => Attempt<Signal, Made> | Promise<Attempt<Signal, Made>>
