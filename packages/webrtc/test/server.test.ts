import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { closeCodes, startSignalingServer } from '../src/server/index.ts'
import { atEnd, client, eventually, member, start as startWith } from './server-client.ts'

const start = (limits = {}) => startWith({ limits })

test('SRV-1 presence and signals are relayed within the room, cards and signals unread', async () => {
  const server = await start()
  const a = await member(server, 'a')
  const other = await member(server, 'c', 'other')
  const b = await member(server, 'b')
  expect(b.heard).toEqual([{ type: 'welcome', members: [{ instance: 'a', card: 'card of a' }], relay: true }])
  a.say({ type: 'signal', to: 'b', data: '\u0000 not { json' })
  a.say({ type: 'signal', to: 'c', data: 'across rooms' })
  await eventually(() => expect(b.heard[1]).toEqual({ type: 'signal', from: 'a', data: '\u0000 not { json' }))
  b.socket.terminate()
  await eventually(() =>
    expect(a.heard.slice(1)).toEqual([
      { type: 'joined', instance: 'b', card: 'card of b' },
      { type: 'left', instance: 'b' },
    ]),
  )
  expect(other.heard).toHaveLength(1)
})

describe('SRV-2 a malformed message closes the socket it came from (4000), and no other', () => {
  const cases: readonly (readonly [string, string | Uint8Array])[] = [
    ['text', 'hello'],
    ['no object', '7'],
    ['null', 'null'],
    ['binary', Uint8Array.of(1, 2, 3)],
    ['an unknown type', '{"type":"dance"}'],
    ['a join without a room', '{"type":"join","instance":"a","card":"c"}'],
    ['an instance of odd letters', '{"type":"join","room":"r","instance":"a b","card":"c"}'],
    [
      'a card that is too long',
      JSON.stringify({ type: 'join', room: 'r', instance: 'a', card: 'x'.repeat(2_000) }),
    ],
    ['a signal to nobody', '{"type":"signal","data":"x"}'],
    ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ]
  test.each(cases)('%s', async (_, message) => {
    const server = await start()
    const bystander = await member(server, 'bystander')
    const { socket, closed } = await client(server)
    socket.send(message)
    expect(await closed).toBe(closeCodes.malformed)
    bystander.say({ type: 'ping' })
    await eventually(() => expect(bystander.heard.at(-1)).toEqual({ type: 'pong' }))
  })
})

test('SRV-3 a message that is too large closes its socket (1009)', async () => {
  const server = await start({ messageBytesMax: 1_000 })
  const a = await member(server, 'a')
  a.say({ type: 'signal', to: 'b', data: 'x'.repeat(1_000) })
  expect(await a.closed).toBe(1009)
})

test('SRV-4 who does not join first, or joins twice, is out of turn (4001)', async () => {
  const server = await start()
  const stranger = await client(server)
  stranger.say({ type: 'signal', to: 'a', data: 'x' })
  expect(await stranger.closed).toBe(closeCodes.outOfTurn)
  const a = await member(server, 'a')
  a.say({ type: 'join', room: 'room', instance: 'b', card: 'c' })
  expect(await a.closed).toBe(closeCodes.outOfTurn)
})

test('SRV-5 a socket that does not join in time is closed (4002)', async () => {
  const server = await start({ joinTimeoutMs: 1_000 })
  const a = await member(server, 'a')
  const idler = await client(server)
  expect(await idler.closed).toBe(closeCodes.joinTimeout)
  expect(a.socket.readyState).toBe(WebSocket.OPEN)
})

test('SRV-6 a full room (4003), too many rooms (4004) and too many sockets (4005) are refused', async () => {
  const server = await start({ peersPerRoomMax: 2, roomsMax: 2, socketsMax: 4 })
  const join = async (instance: string, room: string) => {
    const joining = await client(server)
    joining.say({ type: 'join', room, instance, card: 'card' })
    return joining
  }
  const a = await member(server, 'a', 'one')
  const b = await member(server, 'b', 'one')
  expect(await (await join('c', 'one')).closed).toBe(closeCodes.roomFull)
  await member(server, 'c', 'two')
  expect(await (await join('d', 'three')).closed).toBe(closeCodes.tooManyRooms)
  const d = await member(server, 'd', 'two')
  expect(await (await client(server)).closed).toBe(closeCodes.tooManySockets)

  // What is given back can be taken again.
  for (const each of [a, b]) each.say({ type: 'bye' })
  expect([await a.closed, await b.closed]).toEqual([1000, 1000])
  await member(server, 'e', 'three')
  expect(d.socket.readyState).toBe(WebSocket.OPEN)
})

test('SRV-7 more messages than the burst and the rate allow close the socket (4006)', async () => {
  const server = await start({ messagesPerSecondMax: 1, messagesBurstMax: 20 })
  const a = await member(server, 'a')
  for (let sent = 0; sent < 19; sent += 1) a.say({ type: 'ping' })
  await eventually(() => expect(a.heard).toHaveLength(20))
  for (let sent = 0; sent < 5; sent += 1) a.say({ type: 'ping' })
  expect(await a.closed).toBe(closeCodes.tooManyMessages)
})

test('SRV-8 an instance that joins again replaces its old socket (4007)', async () => {
  const server = await start({ peersPerRoomMax: 2 })
  const a = await member(server, 'a')
  const before = await member(server, 'b')
  const after = await member(server, 'b')
  expect(await before.closed).toBe(closeCodes.replaced)
  await eventually(() =>
    expect(a.heard.slice(1)).toEqual([
      { type: 'joined', instance: 'b', card: 'card of b' },
      { type: 'left', instance: 'b' },
      { type: 'joined', instance: 'b', card: 'card of b' },
    ]),
  )
  a.say({ type: 'signal', to: 'b', data: 'x' })
  await eventually(() => expect(after.heard.at(-1)).toEqual({ type: 'signal', from: 'a', data: 'x' }))
})

test('SRV-30 who takes the instance of another without its key is refused (4014), and the other stays', async () => {
  const server = await start()
  const join = async (key?: string) => {
    const joining = await client(server)
    joining.say({ type: 'join', room: 'room', instance: 'a', card: 'card', key })
    return joining
  }
  const owner = await join('secret')
  await eventually(() => expect(owner.heard).toHaveLength(1))
  const bystander = await member(server, 'b')
  for (const key of ['guess', undefined]) expect(await (await join(key)).closed).toBe(closeCodes.taken)
  bystander.say({ type: 'signal', to: 'a', data: 'x' })
  await eventually(() => expect(owner.heard.at(-1)).toEqual({ type: 'signal', from: 'b', data: 'x' }))
  expect(bystander.heard).toEqual([
    { type: 'welcome', members: [{ instance: 'a', card: 'card' }], relay: true },
  ])
  const again = await join('secret')
  expect(await owner.closed).toBe(closeCodes.replaced)
  await eventually(() => expect(again.heard).toHaveLength(1))
  expect(JSON.stringify([bystander.heard, again.heard])).not.toContain('secret')
})

test('SRV-9 a socket that does not answer pings is cut, and its room hears that it left', async () => {
  const server = await start({ heartbeatMs: 1_000 })
  const mute = await member(server, 'b', 'room', { autoPong: false })
  expect(await mute.closed).toBe(1006)
  expect((await member(server, 'c')).heard).toEqual([{ type: 'welcome', members: [], relay: true }])
})

test('SRV-10 close tells all clients (1001), waits for none that hangs, and frees the port', async () => {
  const server = await start()
  const a = await member(server, 'a')
  const hanging = await member(server, 'b')
  hanging.socket.pause()
  const half = connect(server.port, '127.0.0.1')
  half.on('error', () => {})
  await once(half, 'connect')
  await Promise.all([server.close(), server.close()])
  expect(await a.closed).toBe(1001)
  half.destroy()
  hanging.socket.resume()
  const again = await startSignalingServer({ port: server.port })
  atEnd(() => again.close())
  await expect(startSignalingServer({ port: again.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('SRV-11 bytes that are no WebSocket do no harm', async () => {
  const server = await start()
  for (const text of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\u0000\u0001garbage\r\n\r\n']) {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    socket.resume()
    socket.end(text)
    await closed
  }
  const a = await member(server, 'a')
  expect(a.heard).toHaveLength(1)
})
