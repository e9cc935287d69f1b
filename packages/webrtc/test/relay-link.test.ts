import { nodeId } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import {
  connectTimeoutMs,
  redialMsMin,
  relayAfterMs,
  relayLingerMs,
  relaySignMs,
  relaySilenceMs,
} from '../src/wire/limits.ts'
import { cryptoSettled } from './crypto-settled.ts'
import { createWorld, type JoinOptions, type RelayMeans, type Replica, type World } from './fake-world.ts'

const [a, b] = [nodeId('a'), nodeId('b')]

const settled = cryptoSettled()

/** Lets time stand still until keys are agreed and letters opened. */
const settle = (world: World): Promise<void> => settled(() => world.time.settle())

/** Passes time in small steps. */
async function pass(world: World, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    world.time.advance(Math.min(left, 500))
    await settle(world)
  }
}

const path = (replica: Replica, peer = replica.peer.node === a ? b : a) =>
  replica.mesh.links().get(peer)?.path

async function pair(set: Partial<World>, one: JoinOptions = {}, two: JoinOptions = {}) {
  const world = Object.assign(createWorld(), { relays: true, ...set })
  const replicas = { world, one: world.join('a', one), two: world.join('b', two) }
  await settle(world)
  return replicas
}

/** Both sides send a frame on each lane, and hear those of the other. */
async function exchange(world: World, one: Replica, two: Replica): Promise<void> {
  for (const { log } of [one, two]) log.length = 0
  one.mesh.send(b, 'control', Uint8Array.of(1, 2))
  two.mesh.send(a, 'bulk', new Uint8Array(4_000).fill(3))
  one.mesh.send(b, 'bulk', Uint8Array.of(4))
  await settle(world)
  expect(two.log.sort()).toEqual(['frame a 1,2', 'frame a 4'])
  expect(one.log).toEqual([`frame b ${new Uint8Array(4_000).fill(3)}`])
  for (const { log } of [one, two]) log.length = 0
}

test('RELAY-2 where WebRTC works nothing goes by the relay', async () => {
  const { world, one, two } = await pair({})
  await exchange(world, one, two)
  await pass(world, relayAfterMs + relaySilenceMs)
  expect([path(one), path(two), world.relayed]).toEqual(['webrtc', 'webrtc', []])
})

test('RELAY-2 where WebRTC is not up after three seconds the relay is used, and WebRTC goes on being tried', async () => {
  const { world, one, two } = await pair({ blocksConnections: true })
  await pass(world, relayAfterMs - 500)
  expect([path(one), path(two)]).toEqual([undefined, undefined])
  await pass(world, 1_000)
  expect([path(one), path(two), one.log, two.log]).toEqual(['relay', 'relay', ['up b'], ['up a']])
  await exchange(world, one, two)
  const tried = world.attempts.length
  await pass(world, 3 * connectTimeoutMs)
  expect(world.attempts.length).toBeGreaterThan(tried)
  expect([path(one), one.log, two.log]).toEqual(['relay', [], []])
})

test.each<[string, JoinOptions, JoinOptions]>([
  ['the dialer', { hasRtc: false }, {}],
  ['the answerer', {}, { hasRtc: false }],
  ['both', { hasRtc: false }, { hasRtc: false }],
])(
  'RELAY-3 where one has no WebRTC, %s, the relay is used at once, and no attempt is made twice',
  async (_, first, second) => {
    const { world, one, two } = await pair({}, first, second)
    expect([path(one), path(two)]).toEqual(['relay', 'relay'])
    await exchange(world, one, two)
    await pass(world, 2 * connectTimeoutMs)
    expect(world.attempts.length).toBeLessThanOrEqual(1)
    expect([path(one), path(two), one.log, two.log]).toEqual(['relay', 'relay', [], []])
  },
)

test('RELAY-3 of a peer that says it has no WebRTC the link tells so', async () => {
  const { one } = await pair({}, {}, { hasRtc: false })
  expect(one.mesh.links().get(b)).toMatchObject({ path: 'relay', reasonCode: 'NoWebRtc' })
})

test('RELAY-4 when WebRTC works again the link moves to it, is never down, and the relay ends a little later', async () => {
  const { world, one, two } = await pair({ blocksConnections: true })
  await pass(world, relayAfterMs + 500)
  for (const { log } of [one, two]) log.length = 0
  world.blocksConnections = false
  await pass(world, connectTimeoutMs + 1_000)
  expect([path(one), path(two)]).toEqual(['webrtc', 'webrtc'])
  expect([one.log[0], two.log[0]]).toEqual(['up b', 'up a'])
  await pass(world, relayLingerMs)
  // One way came up and the other ended, in this order.
  expect([one.log, two.log]).toEqual([
    ['up b', 'down b'],
    ['up a', 'down a'],
  ])
  const numbers = one.events.map(event => ('connection' in event ? event.connection : 0))
  expect(new Set(numbers.slice(-2)).size).toBe(2)
  await exchange(world, one, two)
  const carried = world.relayed.length
  await pass(world, 10_000)
  expect(world.relayed).toHaveLength(carried)
})

test('ICE-8 that the relay ends when WebRTC took over is no reason; why there was no WebRTC stays one', async () => {
  const { world, one, two } = await pair({ blocksConnections: true })
  await pass(world, relayAfterMs + 500)
  world.blocksConnections = false
  await pass(world, connectTimeoutMs + 1_000 + relayLingerMs)
  const reasons = [one.mesh.links().get(b), two.mesh.links().get(a)]
  expect(reasons.map(link => link?.reasonCode)).toEqual(['Timeout', 'Timeout'])
})

test('RELAY-4 when WebRTC breaks the relay is dialed at once', async () => {
  const { world, one, two } = await pair({})
  await pass(world, 10_000)
  world.blocksConnections = true
  world.attempts[0]?.fail('ICE failed')
  await settle(world)
  expect([path(one), path(two)]).toEqual(['relay', 'relay'])
  expect([one.log, two.log]).toEqual([
    ['up b', 'down b', 'up b'],
    ['up a', 'down a', 'up a'],
  ])
  await exchange(world, one, two)
})

test('RELAY-4 a link whose WebRTC breaks while the relay lingers is never down', async () => {
  const { world, one, two } = await pair({ blocksConnections: true })
  await pass(world, relayAfterMs + 500)
  world.blocksConnections = false
  for (let tries = 0; path(one) !== 'webrtc' && tries < 100; tries += 1) await pass(world, 500)
  world.blocksConnections = true
  const stood = one.events.length
  world.attempts.findLast(({ isOver, initiator }) => !isOver && initiator)?.fail('ICE failed')
  await settle(world)
  expect([path(one), path(two)]).toEqual(['relay', 'relay'])
  expect(one.events.slice(stood).map(({ type }) => type)).toEqual(['down'])
  await pass(world, relayLingerMs + 1_000)
  await exchange(world, one, two)
})

test('RELAY-5 a letter that is changed or lost ends the attempt, another is made; one that comes again is dropped', async () => {
  for (const tamper of [
    (bytes: Uint8Array) => [bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1)],
    (bytes: Uint8Array) => [bytes.with(14, (bytes.at(14) ?? 0) ^ 1)],
    () => [],
  ]) {
    const { world, one, two } = await pair({}, { hasRtc: false })
    await exchange(world, one, two)
    world.tamper = tamper
    one.mesh.send(b, 'control', Uint8Array.of(9))
    await settle(world)
    world.tamper = bytes => [bytes]
    one.mesh.send(b, 'control', Uint8Array.of(10))
    await settle(world)
    expect(two.log).toEqual(['down a'])
    expect(two.mesh.links().get(a)?.lastReason).toMatch(/relay/)
    await pass(world, 2 * redialMsMin)
    await exchange(world, one, two)
  }
  const { world, one, two } = await pair({}, { hasRtc: false })
  const old = [...world.relayed]
  world.tamper = bytes => [bytes, bytes, ...old.map(each => each.bytes)]
  await exchange(world, one, two)
  await pass(world, relaySilenceMs)
  expect([one.log, two.log]).toEqual([[], []])
})

test('RELAY-5 what others say over the relay, and garbage, changes nothing', async () => {
  const { world, one, two } = await pair({}, { hasRtc: false })
  const letters = world.relayed.map(({ bytes }) => bytes)
  for (const bytes of [new Uint8Array(), new Uint8Array(13), new Uint8Array(200).fill(7), ...letters]) {
    world.tell(two.peer.instance, { type: 'relayed', instance: 'stranger', bytes })
    world.tell(two.peer.instance, { type: 'relayed', instance: one.peer.instance, bytes })
  }
  await settle(world)
  await exchange(world, one, two)
})

test('RELAY-6 nothing that is sent can be read on its way', async () => {
  const { world, one, two } = await pair({}, { hasRtc: false })
  const marker = 'a text that nobody else must read'
  one.mesh.send(b, 'control', new TextEncoder().encode(marker.repeat(3)))
  one.mesh.lastWords(b, new TextEncoder().encode(marker))
  await settle(world)
  one.mesh.farewell()
  await settle(world)
  expect(two.log.filter(each => each.startsWith('frame'))).toHaveLength(2)
  for (const { bytes } of world.relayed) expect(Buffer.from(bytes).includes(marker.slice(0, 8))).toBe(false)
})

test('RELAY-7 a page that goes away says its last words in the same task, and the peer sees the link end', async () => {
  const { world, one, two } = await pair({}, { hasRtc: false })
  two.log.length = 0
  one.mesh.lastWords(b, Uint8Array.of(1))
  one.mesh.lastWords(b, Uint8Array.of(2))
  await settle(world)
  const before = world.relayed.length
  one.mesh.farewell()
  expect(world.relayed.length - before).toBe(2)
  await settle(world)
  expect(two.log).toEqual(['frame a 2', 'down a'])
})

test('RELAY-7 one that closes sends what waits, and the peer sees the link end', async () => {
  const { world, one, two } = await pair({}, { hasRtc: false })
  two.log.length = 0
  one.mesh.send(b, 'control', Uint8Array.of(7))
  void one.mesh.close()
  await settle(world)
  world.time.advance(100)
  await settle(world)
  expect(two.log).toEqual(['frame a 7', 'down a'])
})

test('RELAY-8 a relay that falls silent, or is gone, ends the link; it comes back with the relay', async () => {
  const { world, one, two } = await pair({}, { hasRtc: false })
  await pass(world, 3 * relaySilenceMs)
  expect([one.log, two.log]).toEqual([['up b'], ['up a']])
  world.tamper = () => []
  await pass(world, relaySilenceMs + relaySignMs)
  expect([one.log.at(-1), two.log.at(-1)]).toEqual(['down b', 'down a'])
  world.tamper = bytes => [bytes]
  await pass(world, 2 * connectTimeoutMs + 5_000)
  expect([path(one), path(two)]).toEqual(['relay', 'relay'])
  await exchange(world, one, two)
  world.relays = false
  for (const [replica, other] of [
    [one, two],
    [two, one],
  ] as const)
    world.tell(replica.peer.instance, { type: 'left', instance: other.peer.instance })
  await settle(world)
  expect([one.log, two.log]).toEqual([['down b'], ['down a']])
  world.relays = true
  for (const [replica, other] of [
    [one, two],
    [two, one],
  ] as const)
    world.tell(replica.peer.instance, { type: 'peer', peer: other.peer })
  await pass(world, 1_000)
  await exchange(world, one, two)
})

test('RELAY-9 what is on its way is bounded while the peer does not say that it has it, and all arrives when it does', async () => {
  const { world, one, two } = await pair({}, { hasRtc: false })
  for (const { log } of [one, two]) log.length = 0
  const before = world.relayed.length
  const held: (() => void)[] = []
  world.tamper = bytes => {
    held.push(() => world.tell(two.peer.instance, { type: 'relayed', instance: one.peer.instance, bytes }))
    return []
  }
  const frames = 40
  for (let sent = 0; sent < frames; sent += 1) one.mesh.send(b, 'bulk', new Uint8Array(50_000).fill(sent))
  await settle(world)
  const onTheWay = world.relayed.slice(before).reduce((sum, { bytes }) => sum + bytes.length, 0)
  expect(onTheWay).toBeGreaterThan(64 * 1_024)
  expect(onTheWay).toBeLessThan(256 * 1_024)
  world.tamper = bytes => [bytes]
  for (const release of held) release()
  for (let round = 0; round < 20 && two.log.length < frames; round += 1) await pass(world, 500)
  expect(two.log).toHaveLength(frames)
})

test('RELAY-10 a relay that is loaded when it is needed stands like one that was there', async () => {
  const loadRelay = async (means: RelayMeans) => means
  const { world, one, two } = await pair({ blocksConnections: true, loadRelay })
  await pass(world, relayAfterMs + 500)
  expect([path(one), path(two)]).toEqual(['relay', 'relay'])
  await exchange(world, one, two)
})

test.each([
  ['fails', () => Promise.reject(new Error('Failed to fetch')), 'Failed to fetch'],
  ['hangs', () => new Promise<never>(() => undefined), 'too long'],
])(
  'RELAY-10 one whose loading %s is a failed attempt with a reason, and is dialed again',
  async (_, loadRelay, reason) => {
    const { world, one, two } = await pair({ loadRelay }, { hasRtc: false })
    await pass(world, connectTimeoutMs)
    // The dialer's: who answers hears nothing before there is an offer.
    const link = one.mesh.links().get(b)
    expect([link?.path, link?.reasonCode]).toEqual([undefined, 'NotLoaded'])
    expect(link?.lastReason).toContain(reason)
    world.loadRelay = means => means
    await pass(world, 2 * connectTimeoutMs)
    expect([path(one), path(two)]).toEqual(['relay', 'relay'])
    await exchange(world, one, two)
  },
)
