/**
 * One client's socket, from its opening to its end: the door for its messages, its rate, its heartbeat. Whatever a client
 * sends ends at most its own socket. Rooms are asked, never looked into.
 */
import type { RawData, WebSocket } from 'ws'
import {
  type CloseReason,
  closeCodes,
  parseClientMessage,
  type ServerMessage,
} from '../wire/server-protocol.ts'
import type { SignalingLimits } from './limits.ts'
import { createRate } from './rate.ts'
import type { Rooms, Seat } from './rooms.ts'

const closeTexts: Readonly<Record<CloseReason, string>> = {
  malformed: 'not a message of this protocol',
  outOfTurn: 'join first, and once',
  joinTimeout: 'did not join in time',
  roomFull: 'the room is full',
  tooManyRooms: 'the server has no room left',
  tooManySockets: 'the server has too many clients',
  tooManyMessages: 'too many messages a second',
  replaced: 'the same instance joined again',
}

/** Ends `socket` with the code and text of `reason`. */
export function dismiss(socket: WebSocket, reason: CloseReason): void {
  socket.close(closeCodes[reason], closeTexts[reason])
}

/** Serves `socket` until it closes. */
export function serveSocket(socket: WebSocket, rooms: Rooms, limits: SignalingLimits): void {
  const rate = createRate(limits.messagesPerSecondMax, limits.messagesBurstMax, performance.now())
  let seat: Seat | undefined
  let isAnswering = true

  const joinTimer = setTimeout(() => end('joinTimeout'), limits.joinTimeoutMs)
  const heartbeat = setInterval(() => {
    if (!isAnswering) return socket.terminate()
    isAnswering = false
    socket.ping()
  }, limits.heartbeatMs)

  function end(reason: CloseReason): void {
    leave()
    dismiss(socket, reason)
  }

  function leave(): void {
    if (seat !== undefined) rooms.leave(seat)
    seat = undefined
  }

  function deliver(message: ServerMessage): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.waitingBytesMax) return socket.terminate()
    socket.send(JSON.stringify(message))
  }

  function heard(data: RawData, isBinary: boolean): void {
    if (socket.readyState !== socket.OPEN) return
    if (!rate.take(performance.now())) return end('tooManyMessages')
    const message = isBinary ? undefined : parseClientMessage(String(data))
    if (message === undefined) return end('malformed')
    switch (message.type) {
      case 'join': {
        if (seat !== undefined) return end('outOfTurn')
        clearTimeout(joinTimer)
        const { room, instance, card } = message
        const joining: Seat = { room, instance, card, deliver, dismiss: end }
        const refusal = rooms.join(joining)
        if (refusal !== undefined) return end(refusal)
        seat = joining
        return
      }
      case 'signal':
        if (seat === undefined) return end('outOfTurn')
        return rooms.relay(seat, message.to, message.data)
      case 'ping':
        return deliver({ type: 'pong' })
      case 'bye':
        leave()
        return socket.close(1000)
    }
  }

  socket.on('message', heard)
  socket.on('pong', () => {
    isAnswering = true
  })
  // A broken frame or one that is too large: ws answers with the fitting code and closes by itself.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(joinTimer)
    clearInterval(heartbeat)
    leave()
  })
}
