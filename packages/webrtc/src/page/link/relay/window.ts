/**
 * A channel of a relayed connection as a lane sees it: what the peer has not said to have yet counts as buffered beyond a window, so
 * a slow peer or server holds the sender back, and nothing piles up at the server. Knows neither keys nor letters.
 */
import type { Channel, ChannelEvents } from '@peerkeeper/core/transport'
import { relayWindowBytes } from '../../../wire/limits.ts'
import type { Bytes } from './keys.ts'

export interface WindowChannel extends Channel {
  open(): void
  /** A message of the peer. */
  take(message: Bytes): void
  /** Bytes of the peer's messages so far. */
  readonly receivedBytes: number
  /** The peer has received so many bytes of ours. */
  credit(bytes: number): void
}

/** `elsewhere`: bytes that wait for other reasons, and hold this channel back too. */
export function createWindowChannel(
  send: (message: Bytes) => void,
  elsewhere: () => number = () => 0,
): WindowChannel {
  let events: ChannelEvents | undefined
  let isOpen = false
  let sent = 0
  let credited = 0
  let received = 0
  let threshold = 0
  const buffered = () => Math.max(0, sent - credited - relayWindowBytes) + elsewhere()

  return {
    get isOpen() {
      return isOpen
    },
    get bufferedAmount() {
      return buffered()
    },
    get bufferedAmountLowThreshold() {
      return threshold
    },
    set bufferedAmountLowThreshold(bytes) {
      threshold = bytes
    },
    get receivedBytes() {
      return received
    },
    listen(to) {
      events = to
    },
    send(bytes) {
      sent += bytes.length
      send(bytes.slice())
    },
    close() {
      isOpen = false
      events = undefined
    },
    open() {
      isOpen = true
      events?.open()
    },
    take(message) {
      received += message.length
      events?.message(message.buffer)
    },
    credit(bytes) {
      if (bytes <= credited || bytes > sent) return
      const before = buffered()
      credited = bytes
      if (before > threshold && buffered() <= threshold) events?.drained()
    },
  }
}
