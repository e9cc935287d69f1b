/**
 * What one client has relayed to others: the door for its binary messages, and their rate. One that sends more than it may is
 * read more slowly, so that it waits and loses nothing; what waits meanwhile, waits at its own end. Knows nothing of contents.
 */
import type { WebSocket } from 'ws'
import { createRate } from '../wire/rate.ts'
import { parseRelayMessage } from '../wire/relay-message.ts'
import type { CloseReason } from '../wire/server-protocol.ts'
import type { House } from './house.ts'
import type { Seat } from './rooms.ts'

export interface RelaySender {
  /** Brings `data` on, or loses it. Returns why the socket is to be closed for it, or undefined. */
  take(from: Seat | undefined, data: Uint8Array): CloseReason | undefined
  /** The socket is gone. Idempotent. */
  end(): void
}

export function createRelaySender(
  socket: Pick<WebSocket, 'pause' | 'resume'>,
  { limits, rooms, tally, relays }: Pick<House, 'limits' | 'rooms' | 'tally' | 'relays'>,
): RelaySender {
  const startMs = performance.now()
  const messages = createRate(limits.relayMessagesPerSecondMax, limits.relayMessagesBurstMax, startMs)
  const bytes = createRate(limits.relayBytesPerSecondMax, limits.relayBytesBurstMax, startMs)
  let timer: NodeJS.Timeout | undefined

  /** Reads on after `ms`. What ws had read already comes meanwhile, and makes the wait longer. */
  function pause(ms: number): void {
    if (timer === undefined) tally.relayPauses += 1
    clearTimeout(timer)
    socket.pause()
    timer = setTimeout(() => {
      timer = undefined
      socket.resume()
    }, ms)
  }

  return {
    take(from, data) {
      if (!relays || data.length > limits.relayMessageBytesMax) return 'malformed'
      const message = parseRelayMessage(data)
      if (message === undefined) return 'malformed'
      if (from === undefined) return 'outOfTurn'
      const now = performance.now()
      const waitMs = Math.max(messages.owe(now), bytes.owe(now, data.length))
      if (waitMs > 0) pause(waitMs)
      if (!rooms.relay(from, message.instance, message.bytes)) tally.relayLost += 1
      return undefined
    },
    end() {
      clearTimeout(timer)
    },
  }
}
