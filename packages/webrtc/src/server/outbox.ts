/**
 * What goes to one client. A client that does not read cannot make the server keep more than the limits say: signals to it are
 * lost first, which signaling may do, and what is relayed to it before them; presence may not be lost, so then it is cut, and joins anew by itself.
 */
import type { WebSocket } from 'ws'
import type { ServerMessage } from '../wire/server-protocol.ts'
import type { SignalingLimits } from './limits.ts'
import type { Tally } from './tally.ts'

export interface Outbox {
  /** Sends `message`, or loses it, or calls `cut`. Never throws. */
  send(message: ServerMessage): void
  /** Sends a binary message, or loses it. Never throws. */
  relay(message: Uint8Array): void
  /** Answers a ping of the client's WebSocket with what it carried, or not, when too much waits. */
  pong(data: Buffer): void
  /** The socket is gone: nothing waits for it any more. Idempotent. */
  end(): void
}

type OutboxLimits = Pick<
  SignalingLimits,
  | 'waitingBytesMax'
  | 'waitingBytesTotalMax'
  | 'messageBytesMax'
  | 'relayWaitingBytesMax'
  | 'relayWaitingBytesTotalMax'
>

/** An outbox for `socket`. `cut` ends it because it is slow. */
export function createOutbox(
  socket: Pick<WebSocket, 'readyState' | 'OPEN' | 'send' | 'pong'>,
  limits: OutboxLimits,
  tally: Tally,
  cut: () => void,
): Outbox {
  /** Bytes handed to the socket that it has not handed on. */
  let waiting = 0
  let isOver = false

  /** Counts `bytes` as waiting until what is returned is called. */
  function wait(bytes: number): () => void {
    waiting += bytes
    tally.waitingBytes += bytes
    return () => {
      if (isOver) return
      waiting -= bytes
      tally.waitingBytes -= bytes
    }
  }

  const isCrowded = () => tally.waitingBytes > limits.waitingBytesTotalMax
  /** Whether what may be lost is to be lost. */
  const isLosing = () => isCrowded() || waiting > limits.waitingBytesMax / 2

  return {
    send(message) {
      if (isOver || socket.readyState !== socket.OPEN) return
      if (message.type === 'signal' && isLosing()) {
        tally.lost += 1
        return
      }
      if (waiting > (isCrowded() ? limits.messageBytesMax : limits.waitingBytesMax)) return cut()
      const text = JSON.stringify(message)
      const bytes = Buffer.byteLength(text)
      socket.send(text, wait(bytes))
      if (message.type !== 'signal') return
      tally.relayed += 1
      tally.relayedBytes += bytes
    },
    relay(message) {
      if (isOver || socket.readyState !== socket.OPEN) return
      const isFull =
        waiting + message.length > limits.relayWaitingBytesMax ||
        tally.waitingBytes + message.length > limits.relayWaitingBytesTotalMax
      if (isFull) {
        tally.relayLost += 1
        return
      }
      socket.send(message, wait(message.length + frameBytes))
      tally.relayFrames += 1
      tally.relayFrameBytes += message.length
    },
    pong(data) {
      if (isOver || socket.readyState !== socket.OPEN || isLosing()) return
      socket.pong(data, false, wait(data.length + frameBytes))
    },
    end() {
      if (isOver) return
      isOver = true
      tally.waitingBytes -= waiting
    },
  }
}

/** What a short frame costs beside what it carries: nothing is free to wait. */
const frameBytes = 16
