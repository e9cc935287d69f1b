import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createAddresses } from '../src/server/addresses.ts'
import { openDesk } from '../src/server/foundings/desk.ts'
import type { House } from '../src/server/house.ts'
import { defaultLimits } from '../src/server/index.ts'
import { createRooms } from '../src/server/rooms.ts'
import { serveSocket } from '../src/server/socket.ts'
import { createTally } from '../src/server/tally.ts'
import { createTokenCheck } from '../src/server/token.ts'
import { encodeRelayMessage } from '../src/wire/relay-message.ts'
import { FakeServerSocket } from './fake-server-socket.ts'
import { createDice, type Dice } from './random.ts'
import { eventually, member, metric, start, upgradeRequest } from './server-client.ts'

const odd = [
  undefined,
  null,
  0,
  -1,
  1e308,
  true,
  '',
  'a',
  'room',
  '__proto__',
  'x'.repeat(65),
  'y'.repeat(40_000),
  '\ud800',
  '\u0000',
  [],
  [[]],
  {},
  { toString: 1 },
  { type: 'join' },
] as const
const types = ['join', 'signal', 'ping', 'bye', 'found', 'replace', 'welcome', 'stands', 'toString'] as const
const fields = [
  'room',
  'instance',
  'card',
  'to',
  'data',
  'ensemble',
  'current',
  'next',
  'token',
  'key',
  'length',
  'constructor',
] as const
const good = ['a', 'b', 'c', 'd'] as const

/** Something that a client might send that means no good: bytes, near misses, and messages that are right but out of place. */
function garbage(dice: Dice): string | Buffer {
  const message: Record<string, unknown> = { type: dice.pick(types) }
  for (const field of fields) if (dice.below(20) > 0) message[field] = dice.pick(good)
  const text = JSON.stringify(message)
  switch (dice.below(24)) {
    case 0:
      return Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)))
    case 1:
      return String.fromCharCode(...Array.from({ length: dice.below(200) }, () => dice.below(65_536)))
    case 2:
      return text.slice(0, dice.below(text.length))
    case 3: {
      const at = dice.below(text.length)
      return text.slice(0, at) + String.fromCharCode(dice.below(128)) + text.slice(at + 1)
    }
    case 4:
      return JSON.stringify({ ...message, [dice.pick(fields)]: dice.pick(odd) })
    case 5:
      return JSON.stringify(dice.pick(odd)) ?? ''
    case 6:
      return '[{"a":'.repeat(dice.below(3_000))
    case 7:
      return Buffer.from(encodeRelayMessage(dice.pick(good), new Uint8Array(dice.below(25_000))))
    default:
      return text
  }
}

test('SRV-29 100,000 frames of garbage throw nothing, and leave nothing behind when their sockets are gone', async () => {
  const dice = createDice(29)
  const limits = {
    ...defaultLimits,
    foundingsMax: 3,
    roomsMax: 2,
    peersPerRoomMax: 2,
    foundingsBurstMax: 1e6,
  }
  const desk = await openDesk(undefined, limits.foundingsMax)
  const rooms = createRooms(limits, true)
  const tally = createTally()
  const house: House = { limits, rooms, desk, tally, relays: true, mayEnter: createTokenCheck(undefined) }
  const addresses = createAddresses(limits, () => performance.now())
  const enter = () => {
    const socket = new FakeServerSocket()
    const visitor = addresses.enter('10.0.0.1')
    if (visitor === undefined) throw new Error('an address was not given back')
    serveSocket(socket as unknown as WebSocket, visitor, house)
    return socket
  }
  const open = Array.from({ length: 20 }, enter)
  const codes = new Map<number, number>()
  for (let frame = 0; frame < 100_000; frame += 1) {
    const at = dice.below(open.length)
    const socket = open[at]
    const data = garbage(dice)
    socket?.emit('message', Buffer.from(data as string), typeof data !== 'string')
    for (const done of socket?.waiting.splice(0) ?? []) done()
    if (socket?.readyState !== 1 || dice.below(200) === 0) {
      codes.set(socket?.code ?? 0, (codes.get(socket?.code ?? 0) ?? 0) + 1)
      socket?.end()
      open[at] = enter()
    }
    if (frame % 1_000 === 0) await Promise.resolve()
  }
  // It came past the first question in every direction, not only to the nearest refusal.
  expect([...codes.keys()].sort()).toEqual(expect.arrayContaining([1000, 4000, 4001, 4003, 4004, 4007, 4011]))
  expect(tally.relayed).toBeGreaterThan(100)
  expect(desk.size).toBe(3)
  expect(rooms.size).toBeLessThanOrEqual(2)
  for (const socket of open) socket.end()
  await eventually(() => expect([rooms.size, tally.waitingBytes]).toEqual([0, 0]))
  expect(addresses.size).toBe(1)
}, 60_000)

test('SRV-29 bytes that are no frames, in the handshake and after it, end their own connections only', async () => {
  const dice = createDice(30)
  const server = await start()
  const bystander = await member(server, 'bystander')
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => dice.below(256)))
  for (let round = 0; round < 40; round += 1) {
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const stream = connect(server.port, '127.0.0.1')
        stream.on('error', () => {})
        stream.resume()
        const broken = upgradeRequest.slice(0, dice.below(upgradeRequest.length))
        const first = Buffer.from(dice.below(3) > 0 ? upgradeRequest : `${broken}\r\n\r\n`)
        stream.write(Buffer.concat([first, bytes(dice.below(2_000))]))
        stream.end()
        await once(stream, 'close')
      }),
    )
    bystander.say({ type: 'ping' })
    const pongs = round + 1
    await eventually(() => expect(bystander.heard).toHaveLength(1 + pongs))
  }
  await eventually(async () => expect(await metric(server, 'sockets')).toBe(1))
  expect(bystander.socket.readyState).toBe(WebSocket.OPEN)
}, 60_000)

test('SRV-29 many sockets that send garbage of every kind at once: each is closed, the others go on', async () => {
  const dice = createDice(31)
  const server = await start({ limits: { socketsPerAddressMax: 1_000 } })
  const bystander = await member(server, 'bystander', 'a')
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = new WebSocket(server.url)
        socket.on('error', () => {})
        await once(socket, 'open')
        for (let frame = 0; frame < 20; frame += 1) socket.send(garbage(dice))
        socket.send('the end')
        await once(socket, 'close')
      }),
    )
  }
  await eventually(async () => expect(await metric(server, 'sockets')).toBe(1))
  bystander.say({ type: 'ping' })
  await eventually(() => expect(bystander.heard.at(-1)).toEqual({ type: 'pong' }))
}, 60_000)
