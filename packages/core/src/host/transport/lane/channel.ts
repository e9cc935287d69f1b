/**
 * What a lane needs of a data channel: reliable, ordered, binary. Small enough that an RTCDataChannel in the page, one
 * in a worker, or a fake in a test can stand behind it.
 */
export interface ChannelEvents {
  open(): void
  /** `data` is as the channel gave it, unchecked. */
  message(data: unknown): void
  /** `bufferedAmount` fell to `bufferedAmountLowThreshold`. May be missed; a lane also looks by itself. */
  drained(): void
  /** Closed or broken. Once, and nothing comes after it. */
  closed(): void
}

export interface Channel {
  readonly isOpen: boolean
  /** Bytes given to `send` that have not left yet. */
  readonly bufferedAmount: number
  bufferedAmountLowThreshold: number
  /** Names the one listener. A message may come before `open`. */
  listen(events: ChannelEvents): void
  /** Copies `bytes` before it returns. Throws when the channel cannot take them. */
  send(bytes: Uint8Array<ArrayBuffer>): void
  /** Closes without an event. Idempotent. */
  close(): void
}
