/** Two ends of a data channel in memory. What is sent waits in `bufferedAmount` until the test lets it drain. */
import type { Channel, ChannelEvents } from '../../src/host/transport/lane/channel.ts'

export interface FakeChannel extends Channel {
  /** The messages that were sent, delivered or not. */
  readonly sent: readonly Uint8Array[]
  /** Joins this end to `other`, and `other` to this. */
  plug(other: FakeChannel): void
  /** The other end hears nothing more of this one. */
  unplug(): void
  /** Makes `send` throw. */
  refuses: boolean
  open(): void
  /** Delivers `data` to this end. */
  receive(data: unknown): void
  /** Delivers up to `count` of the messages sent here to the other end; tells `drained` unless `silently`. */
  drain(count?: number, silently?: boolean): void
  /** The other side, or the browser, closed it. */
  end(): void
}

/** `isInstant`: a message is delivered as it is sent, and nothing is ever buffered. */
export function channelPair(isInstant = false): readonly [FakeChannel, FakeChannel] {
  const a = fakeChannel(isInstant)
  const b = fakeChannel(isInstant)
  a.plug(b)
  return [a, b]
}

/** One end, not joined to another yet. */
export function fakeChannel(isInstant: boolean): FakeChannel {
  let other: FakeChannel | undefined
  const sent: Uint8Array[] = []
  let events: ChannelEvents | undefined
  let state: 'connecting' | 'open' | 'closed' = 'connecting'
  let delivered = 0

  const channel: FakeChannel = {
    sent,
    refuses: false,
    plug(end) {
      if (other === end) return
      other = end
      end.plug(channel)
    },
    bufferedAmountLowThreshold: 0,
    get isOpen() {
      return state === 'open'
    },
    get bufferedAmount() {
      return sent.slice(delivered).reduce((total, message) => total + message.length, 0)
    },
    listen(listener) {
      events = listener
    },
    send(bytes) {
      if (state !== 'open' || channel.refuses) throw new Error('InvalidStateError')
      sent.push(bytes.slice())
      if (isInstant) channel.drain()
    },
    close() {
      if (state === 'closed') return
      state = 'closed'
      events = undefined
      other?.end()
    },
    unplug() {
      other = undefined
    },
    open() {
      state = 'open'
      events?.open()
    },
    receive: data => events?.message(data),
    drain(count = Number.POSITIVE_INFINITY, silently = false) {
      const before = channel.bufferedAmount
      for (let left = count; left > 0; left -= 1) {
        const message = sent[delivered]
        if (message === undefined) break
        delivered += 1
        other?.receive(message.slice().buffer)
      }
      const low = channel.bufferedAmountLowThreshold
      if (!silently && before > low && channel.bufferedAmount <= low) events?.drained()
    },
    end() {
      if (state === 'closed') return
      state = 'closed'
      const listener = events
      events = undefined
      listener?.closed()
      other?.end()
    },
  }
  return channel
}
