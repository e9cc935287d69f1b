import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { type SignalingStatus, webSocketSignaling } from '../src/page/index.ts'
import { clientPingMs, clientSilenceMs, reconnectMsMax, roomPeersMax } from '../src/wire/limits.ts'
import { FakeSocket } from './fake-socket.ts'
import { recorder } from './recorder.ts'

function setup() {
  const time = createFakeTime()
  const sockets: FakeSocket[] = []
  const opened: number[] = []
  const status: SignalingStatus[] = []
  const signaling = webSocketSignaling({
    url: 'ws://signaling.test',
    room: 'room',
    timers: time,
    random: () => 1,
    onStatus: each => status.push(each),
    openSocket() {
      const socket = new FakeSocket()
      sockets.push(socket)
      opened.push(time.nowMs)
      return socket as unknown as WebSocket
    },
  })
  const { heard } = recorder(signaling, 'a')
  return { time, sockets, opened, status, signaling, heard }
}

const card = JSON.stringify({ node: 'n', ensemble: 'e' })

test('SIG-8 a server that cannot be reached is called again after 0.5 s, 1 s, ... 30 s', () => {
  const { time, sockets, opened, status } = setup()
  for (let call = 0; call < 9; call += 1) {
    sockets.at(-1)?.lose()
    time.advance(reconnectMsMax)
  }
  const waits = opened.slice(1).map((at, index) => at - index * reconnectMsMax)
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  expect(status[0]).toEqual({ type: 'offline', code: 1006, reason: '' })
})

test('SIG-9 a server that falls silent, or never answers, is given up', () => {
  const { time, sockets } = setup()
  time.advance(clientSilenceMs)
  expect(sockets[0]?.readyState).toBe(3)
  time.advance(reconnectMsMax)
  const socket = sockets[1]
  socket?.accept()
  time.advance(clientPingMs)
  expect(socket?.said.at(-1)).toEqual({ type: 'ping' })
  socket?.hear({ type: 'pong' })
  time.advance(clientPingMs)
  expect(socket?.readyState).toBe(1)
  time.advance(clientPingMs)
  expect(socket?.readyState).toBe(3)
  time.advance(reconnectMsMax)
  expect(sockets).toHaveLength(3)
})

test('SIG-10 garbage from the server is ignored', () => {
  const { sockets, heard } = setup()
  const socket = sockets[0]
  socket?.accept()
  const garbage = [
    'x',
    'null',
    '7',
    '{}',
    '{"type":"dance"}',
    { type: 'joined', instance: 'b', card: 'x' },
    { type: 'joined', instance: 'b', card: '{"node":"a b","ensemble":"e"}' },
    { type: 'joined', instance: 'b c', card },
    { type: 'welcome', members: 7 },
    { type: 'welcome', members: [7, { instance: 'b' }] },
    { type: 'signal', from: 'b', data: 'of nobody' },
    { type: 'left', instance: 'b' },
  ]
  for (const each of garbage) socket?.hear(each)
  expect(heard).toEqual([])
  socket?.hear({ type: 'joined', instance: 'b', card })
  socket?.hear({ type: 'signal', from: 'b', data: 'good' })
  expect(heard).toEqual(['peer b', 'signal b: good'])
})

test('SIG-17 a server that tells of peers without end is believed 1,024 of them, and more when these have left', () => {
  const { sockets, heard } = setup()
  const socket = sockets[0]
  socket?.accept()
  for (let each = 0; each < 2 * roomPeersMax; each += 1)
    socket?.hear({ type: 'joined', instance: `i${each}`, card })
  expect(heard).toHaveLength(roomPeersMax)
  socket?.hear({ type: 'joined', instance: 'i0', card })
  socket?.hear({ type: 'left', instance: 'i1' })
  socket?.hear({ type: 'joined', instance: 'late', card })
  expect(heard.slice(roomPeersMax)).toEqual(['peer i0', 'left i1', 'peer late'])
})

test('SIG-3 who leaves says so and does not come back', () => {
  const { time, sockets, signaling } = setup()
  sockets[0]?.accept()
  signaling.leave()
  expect(sockets[0]?.said.at(-1)).toEqual({ type: 'bye' })
  expect(sockets[0]?.readyState).toBe(3)
  time.advance(10 * reconnectMsMax)
  expect(sockets).toHaveLength(1)
})
