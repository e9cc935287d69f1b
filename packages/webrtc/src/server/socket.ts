/**
 * One client's socket, from its opening to its end: the door for its messages, its rate, its heartbeat. Whatever a client
 * sends ends at most its own socket. Rooms and the founding desk are asked, never looked into.
 */
import type { RawData, WebSocket } from 'ws'
import { createRate } from '../wire/rate.ts'
import {
  type CloseReason,
  type FoundingQuestion,
  type JoinMessage,
  parseClientMessage,
} from '../wire/server-protocol.ts'
import type { Visitor } from './addresses.ts'
import { dismiss } from './dismiss.ts'
import type { House } from './house.ts'
import { createOutbox } from './outbox.ts'
import { createRelaySender } from './relay-sender.ts'
import type { Seat } from './rooms.ts'

/** Serves `socket` until it closes. */
export function serveSocket(socket: WebSocket, visitor: Visitor, house: House): void {
  const { limits, rooms, desk, tally } = house
  const nowMs = performance.now()
  const messages = createRate(limits.messagesPerSecondMax, limits.messagesBurstMax, nowMs)
  const bytes = createRate(limits.bytesPerSecondMax, limits.bytesBurstMax, nowMs)
  const relaySender = createRelaySender(socket, house)
  const outbox = createOutbox(socket, limits, tally, () => cut('slow'))
  let seat: Seat | undefined
  let isAnswering = true
  let isAsking = false
  tally.entered += 1

  const joinTimer = setTimeout(() => end('joinTimeout'), limits.joinTimeoutMs)
  const heartbeat = setInterval(() => {
    if (!isAnswering) return cut('silent')
    isAnswering = false
    socket.ping()
  }, limits.heartbeatMs)

  function end(reason: CloseReason): void {
    leave()
    if (socket.readyState === socket.OPEN) dismiss(socket, reason, tally)
  }

  function cut(reason: 'silent' | 'slow'): void {
    tally.dismissed[reason] += 1
    socket.terminate()
  }

  function leave(): void {
    if (seat !== undefined) rooms.leave(seat)
    seat = undefined
  }

  function heard(data: RawData, isBinary: boolean): void {
    if (socket.readyState !== socket.OPEN) return
    tally.received += 1
    if (isBinary) return heardBytes(bytesOf(data))
    const text = String(data)
    const size = Buffer.byteLength(text)
    tally.receivedBytes += size
    const now = performance.now()
    if (!messages.take(now) || !bytes.take(now, size)) return end('tooManyMessages')
    const message = parseClientMessage(text)
    if (message === undefined) return end('malformed')
    switch (message.type) {
      case 'join':
        return join(message)
      case 'found':
      case 'replace':
        return house.mayEnter(message.token) ? ask(message) : end('unauthorized')
      case 'signal':
        if (seat === undefined) return end('outOfTurn')
        return rooms.signal(seat, message.to, message.data)
      case 'ping':
        return outbox.send({ type: 'pong' })
      case 'bye':
        leave()
        return socket.close(1000)
    }
  }

  function heardBytes(data: Uint8Array): void {
    tally.receivedBytes += data.length
    const refusal = relaySender.take(seat, data)
    if (refusal !== undefined) end(refusal)
  }

  function join({ room, instance, card, key, token }: JoinMessage): void {
    if (!house.mayEnter(token)) return end('unauthorized')
    if (seat !== undefined) return end('outOfTurn')
    clearTimeout(joinTimer)
    const { send: deliver, relay } = outbox
    const joining: Seat = { room, instance, card, key, deliver, relay, dismiss: end }
    const refusal = rooms.join(joining)
    if (refusal !== undefined) return end(refusal)
    seat = joining
  }

  function ask(question: FoundingQuestion): void {
    if (isAsking) return end('outOfTurn')
    isAsking = true
    void desk.ask(question, visitor.mayFound).then(answer => {
      isAsking = false
      if (answer.type === 'refused') end(answer.reason)
      else outbox.send(answer)
    })
  }

  socket.on('message', heard)
  /** Whether one more frame that is no message is within the rate. */
  function mayControl(): boolean {
    const may = messages.take(performance.now())
    if (!may) end('tooManyMessages')
    return may
  }

  socket.on('ping', data => {
    if (mayControl()) outbox.pong(data)
  })
  socket.on('pong', () => {
    isAnswering = true
    mayControl()
  })
  // A broken frame or one that is too large: ws answers with the fitting code and closes by itself.
  socket.on('error', () => {
    tally.dismissed.frame += 1
  })
  socket.on('close', () => {
    clearTimeout(joinTimer)
    clearInterval(heartbeat)
    relaySender.end()
    leave()
    outbox.end()
    visitor.leave()
  })
}

/** What ws gives, which is one buffer where nobody asked for something else. */
const bytesOf = (data: RawData): Uint8Array =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data
