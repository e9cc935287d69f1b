import { expect, test } from 'vitest'
import { type Carried, createCarried } from '../../src/host/transport/carried.ts'
import type { WorkerToPage } from '../../src/host/transport/port-protocol.ts'
import { nodeId } from '../../src/logic/base/ids.ts'
import { laneQueueBytesMax } from '../../src/logic/base/limits.ts'
import { type FakeChannel, fakeChannel } from './fake-channel.ts'
import { createFakeTime, type FakeTime } from './fake-time.ts'

const b = nodeId('b')

interface Worker {
  readonly carried: Carried
  /** All that the core was told, and the page: in one order. */
  readonly log: string[]
}

const show = (message: WorkerToPage): string => {
  switch (message.type) {
    case 'opened':
      return `page: opened ${message.connection}`
    case 'broken':
      return `page: broken ${message.connection}, ${message.reason}`
    case 'dropped':
      return `page: dropped ${message.frames} of ${message.connection}`
    case 'start':
    case 'want':
    case 'send':
    case 'lastWords':
    case 'close':
      return `page: ${message.type}`
  }
}

function createWorker(time: FakeTime): Worker {
  const log: string[] = []
  const carried = createCarried({
    timers: time,
    afterTask: time.afterTask,
    post: message => log.push(show(message)),
    sink(event) {
      if (event.type === 'foreign') return
      const of = `${event.type} ${event.peer} ${event.connection}`
      log.push(event.type === 'frame' ? `${of}: ${event.bytes}` : of)
    },
  })
  return { carried, log }
}

const names = ['control', 'bulk', 'peerWords'] as const
type Channels = Record<(typeof names)[number], FakeChannel>

/** Gives `worker` new channels to b. */
function give(worker: Worker, connection: number, isInstant = true): Channels {
  const of = () => fakeChannel(isInstant)
  const channels = { control: of(), bulk: of(), peerWords: of() }
  worker.carried.take({ type: 'channels', peer: b, connection, ...channels })
  return channels
}

/** Gives both workers the ends of one connection. */
function connect(here: Worker, there: Worker): readonly [Channels, Channels] {
  const [near, far] = [give(here, 1), give(there, 1)]
  for (const name of names) near[name].plug(far[name])
  for (const channels of [near, far]) for (const name of names) channels[name].open()
  return [near, far]
}

function setup() {
  const time = createFakeTime()
  const [here, there] = [createWorker(time), createWorker(time)]
  const [near, far] = connect(here, there)
  return { time, here, there, near, far }
}

test('TRANS-19 frames go over the channels that were handed over; the page hears that they opened, and no frame', () => {
  const { time, here, there } = setup()
  expect(here.log).toEqual(['page: opened 1', 'up b 1'])
  expect(here.carried.send(b, 'control', Uint8Array.of(1))).toBe(true)
  expect(here.carried.send(b, 'bulk', Uint8Array.of(2))).toBe(true)
  expect(here.carried.send(nodeId('c'), 'control', Uint8Array.of(3))).toBe(false)
  time.settle()
  expect(there.log).toEqual(['page: opened 1', 'up b 1', 'frame b 1: 1', 'frame b 1: 2'])
})

test('TRANS-19 channels that are open already when they come are up; those that are not yet leave frames to the page', () => {
  const time = createFakeTime()
  const worker = createWorker(time)
  const control = fakeChannel(true)
  control.open()
  worker.carried.take({
    type: 'channels',
    peer: b,
    connection: 4,
    control,
    bulk: fakeChannel(true),
    peerWords: fakeChannel(true),
  })
  expect(worker.carried.send(b, 'control', Uint8Array.of(1))).toBe(false)
  time.settle()
  expect(worker.log).toEqual(['page: opened 4', 'up b 4'])
  expect(control.sent).toEqual([])
  expect(worker.carried.send(b, 'control', Uint8Array.of(2))).toBe(true)
  time.settle()
  expect(control.sent).toHaveLength(1)
})

test('TRANS-20 a connection that the page gives up is down at once, and nothing more is heard of it', () => {
  const { time, here, near, there } = setup()
  here.carried.ended(2)
  here.carried.ended(1)
  here.carried.ended(1)
  near.control.receive(Uint8Array.of(1, 0, 1, 7).buffer)
  time.settle()
  expect(here.log).toEqual(['page: opened 1', 'up b 1', 'down b 1'])
  expect(there.log).toEqual(['page: opened 1', 'up b 1', 'page: broken 1, the channel closed', 'down b 1'])
  expect(here.carried.send(b, 'control', Uint8Array.of(1))).toBe(false)
})

test('TRANS-20 one that was never up is not down either', () => {
  const worker = createWorker(createFakeTime())
  const given = give(worker, 1)
  worker.carried.ended(1)
  give(worker, 2).bulk.end()
  expect(given.control.isOpen).toBe(false)
  expect(worker.log).toEqual(['page: broken 2, the channel closed'])
})

test('TRANS-20 a new connection to a peer ends the one before', () => {
  const { here, near } = setup()
  const next = give(here, 2)
  expect(near.control.isOpen).toBe(false)
  next.control.open()
  expect(here.log).toEqual(['page: opened 1', 'up b 1', 'down b 1', 'page: opened 2', 'up b 2'])
})

test('TRANS-20 channels that carry garbage, or break, end the connection as a whole, once', () => {
  const { here, near } = setup()
  near.peerWords.receive('hello')
  near.bulk.end()
  const reason = 'the peer sent a message that is not binary'
  expect(here.log).toEqual(['page: opened 1', 'up b 1', `page: broken 1, ${reason}`, 'down b 1'])
  expect(near.control.isOpen).toBe(false)
})

test("TRANS-21 the last words of a peer's page are a frame of its connection, heard before its end", () => {
  const { here, near, far } = setup()
  far.peerWords.send(Uint8Array.of(1, 0, 2, 8, 9))
  near.peerWords.end()
  expect(here.log.slice(2)).toEqual(['frame b 1: 8,9', 'page: broken 1, the channel closed', 'down b 1'])
})

test('TRANS-22 the page hears how many frames were dropped', () => {
  const time = createFakeTime()
  const worker = createWorker(time)
  give(worker, 1, false).control.open()
  const large = () => new Uint8Array(laneQueueBytesMax / 8)
  for (let sent = 0; sent < 10; sent += 1) worker.carried.send(b, 'bulk', large())
  expect(worker.log.slice(2)).toEqual([
    'page: dropped 1 of 1',
    'page: dropped 2 of 1',
    'page: dropped 3 of 1',
  ])
})

test('TRANS-23 what waits is handed to the browser when the worker ends; no event comes of that', () => {
  const { here, there } = setup()
  here.carried.send(b, 'control', Uint8Array.of(5))
  here.carried.close()
  expect(here.log).toEqual(['page: opened 1', 'up b 1'])
  expect(there.log.slice(2)).toEqual(['frame b 1: 5', 'page: broken 1, the channel closed', 'down b 1'])
})
