/** What a mesh and a signaling client do when the network may have changed. */
import { nodeId } from '@peerkeeper/core/transport'
import { describe, expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { type SignalingStatus, webSocketSignaling } from '../src/page/index.ts'
import {
  connectTimeoutMs,
  pathCheckMs,
  pathSilenceMs,
  redialMsMax,
  serverCheckMs,
} from '../src/wire/limits.ts'
import { encodeLinkSignal } from '../src/wire/link-signal.ts'
import { createFakeHints } from './fake-hints.ts'
import { FakeSocket } from './fake-socket.ts'
import { createWorld } from './fake-world.ts'
import { recorder } from './recorder.ts'

const b = nodeId('b')

/** `a`, who dials `b` in vain and waits for its longest time. */
function waiting() {
  const world = createWorld()
  world.blocksConnections = true
  const one = world.join('a')
  const two = world.join('b')
  world.time.advance(20 * (connectTimeoutMs + redialMsMax))
  // Some time after the last attempt has failed, and before the next one.
  while (one.mesh.links().get(b)?.state !== 'down') world.time.advance(1_000)
  const begun = () => world.attempts.filter(({ initiator }) => initiator).length
  return { world, one, two, begun }
}

describe('ICE-5 who waits to dial again dials at once', () => {
  test.each(['moved', 'woke'] as const)('%s', hint => {
    const { world, one, begun } = waiting()
    const before = begun()
    world.blocksConnections = false
    one.mesh.wake(hint)
    world.time.settle()
    expect(begun()).toBe(before + 1)
    expect(one.mesh.links().get(b)).toMatchObject({ state: 'up', failures: 0 })
  })

  test('but not because a path to somebody else was lost', () => {
    const { one, begun, world } = waiting()
    const before = begun()
    one.mesh.wake('lost')
    world.time.settle()
    expect(begun()).toBe(before)
  })
})

test('ICE-5 an attempt under way begins anew where the network moved, and goes on where the page only slept', () => {
  const world = createWorld()
  world.blocksConnections = true
  const one = world.join('a')
  world.join('b')
  world.time.advance(connectTimeoutMs / 2)
  one.mesh.wake('woke')
  one.mesh.wake('lost')
  world.time.settle()
  expect(world.attempts.filter(({ initiator }) => initiator)).toHaveLength(1)
  world.blocksConnections = false
  one.mesh.wake('moved')
  world.time.settle()
  expect(world.attempts.filter(({ initiator }) => initiator)).toHaveLength(2)
  expect(one.log).toEqual(['up b'])
})

test('ICE-6 an attempt under way begins anew when the peer was away from signaling meanwhile', () => {
  const world = createWorld()
  world.losesSignals = true
  const one = world.join('a')
  const two = world.join('b')
  world.time.settle()
  world.tell(one.peer.instance, { type: 'left', instance: two.peer.instance })
  world.time.settle()
  world.losesSignals = false
  world.tell(one.peer.instance, { type: 'peer', peer: two.peer })
  world.time.settle()
  expect(world.time.nowMs).toBe(0)
  expect([one.log, two.log]).toEqual([['up b'], ['up a']])
})

test('ICE-4 a link whose path is lost is dialed anew, says so, and tells that others may be lost', () => {
  const world = createWorld()
  const one = world.join('a')
  const two = world.join('b')
  world.time.settle()
  world.attempts[0]?.silent(true)
  world.time.advance(pathSilenceMs - 1)
  expect(one.log).toEqual(['up b'])
  world.time.advance(1)
  expect(one.mesh.links().get(b)).toMatchObject({ state: 'down', reasonCode: 'PathLost' })
  expect(one.pathsLost()).toBe(1)
  world.time.advance(1_000)
  expect([one.log, two.log]).toEqual([
    ['up b', 'down b', 'up b'],
    ['up a', 'down a', 'up a'],
  ])
  expect(two.mesh.links().get(nodeId('a'))?.reasonCode).toBe('Closed')
})

test('ICE-4 a link is not given up while signaling is away', () => {
  const world = createWorld()
  const one = world.join('a')
  const two = world.join('b')
  world.time.settle()
  world.tell(one.peer.instance, { type: 'left', instance: two.peer.instance })
  world.time.settle()
  world.attempts[0]?.silent(true)
  world.time.advance(10 * pathSilenceMs)
  world.attempts[0]?.silent(false)
  world.time.advance(10 * pathSilenceMs)
  expect(one.log).toEqual(['up b'])
})

test('ICE-5 links that stand show that they live, or are dialed anew', async () => {
  const world = createWorld()
  const one = world.join('a')
  world.join('b')
  world.join('c')
  world.time.settle()
  const toC = world.attempts.filter(({ node, initiator }) => node === 'a' && initiator)[1]
  one.mesh.wake('moved')
  await Promise.resolve()
  if (toC !== undefined) toC.heard += 1
  for (let turns = 0; turns < 5; turns++) await Promise.resolve()
  world.time.advance(pathCheckMs)
  for (let turns = 0; turns < 5; turns++) await Promise.resolve()
  world.time.advance(1_000)
  expect(one.log).toEqual(['up b', 'up c', 'down b', 'up b'])
})

test('ICE-5 a link that the peer asks for, and that stands here, shows that it lives or is dialed anew', async () => {
  const world = createWorld()
  const one = world.join('a')
  const two = world.join('b')
  world.time.settle()
  const data = encodeLinkSignal({ type: 'ask' })
  world.tell(one.peer.instance, { type: 'signal', from: two.peer, data })
  world.time.settle()
  for (let turns = 0; turns < 5; turns++) await Promise.resolve()
  world.time.advance(pathCheckMs)
  for (let turns = 0; turns < 5; turns++) await Promise.resolve()
  world.time.advance(1_000)
  expect(one.log).toEqual(['up b', 'down b', 'up b'])
})

test('ICE-8 who is told that the peer gave up says what it saw itself', () => {
  const world = createWorld()
  world.blocksConnections = true
  world.join('a')
  const two = world.join('b')
  world.time.settle()
  world.attempts[0]?.fail('gave up')
  world.time.settle()
  expect(two.mesh.links().get(nodeId('a'))).toMatchObject({
    reasonCode: 'Timeout',
    lastReason: 'no connection in time',
  })
})

function client() {
  const time = createFakeTime()
  const hints = createFakeHints()
  const sockets: FakeSocket[] = []
  const status: SignalingStatus[] = []
  const signaling = webSocketSignaling({
    url: 'ws://signaling.test',
    room: 'room',
    timers: time,
    hints,
    random: () => 1,
    onStatus: each => status.push(each),
    openSocket() {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
  })
  recorder(signaling, 'a')
  return { time, hints, sockets, status, signaling }
}

describe('ICE-9 when the network may have changed, the signaling server answers a ping soon or is called again', () => {
  test.each(['moved', 'woke', 'lost'] as const)('%s', hint => {
    const { time, hints, sockets, status } = client()
    sockets[0]?.accept()
    hints.give(hint)
    expect(sockets[0]?.said.at(-1)).toEqual({ type: 'ping' })
    hints.give(hint)
    sockets[0]?.hear({ type: 'pong' })
    time.advance(serverCheckMs)
    expect(status.map(({ type }) => type)).toEqual(['online'])
    hints.give(hint)
    time.advance(serverCheckMs)
    expect(status.at(-1)).toMatchObject({ type: 'offline', reason: 'the server went silent' })
    time.advance(500)
    expect(sockets).toHaveLength(2)
  })
})

test('ICE-9 a server that is waited for is called at once, but not because a path to a peer was lost', () => {
  const { hints, sockets } = client()
  sockets[0]?.lose()
  hints.give('lost')
  expect(sockets).toHaveLength(1)
  hints.give('woke')
  expect(sockets).toHaveLength(2)
  // A call under way is made anew only where the network moved.
  hints.give('woke')
  expect(sockets).toHaveLength(2)
  hints.give('moved')
  expect(sockets).toHaveLength(3)
  expect(sockets[1]?.readyState).toBe(3)
})

test('ICE-9 a client that left is no longer told', () => {
  const { hints, sockets, signaling } = client()
  expect(hints.listeners).toBe(1)
  signaling.leave()
  hints.give('moved')
  expect([hints.listeners, sockets.length]).toEqual([0, 1])
})
