import { describe, expect, test } from 'vitest'
import { createLane } from '../../src/host/transport/lane/lane.ts'
import {
  frameBytesMax,
  laneBufferedBytesMax,
  laneWakeMs,
  messageBytesMax,
} from '../../src/logic/base/limits.ts'
import { channelPair } from './fake-channel.ts'
import { createFakeTime } from './fake-time.ts'

/** A frame of `length` bytes that no other `seed` makes. */
const frame = (length: number, seed = 1) =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + seed * 13) & 255)

/** Whether `actual` are `expected`, told quickly for large ones. */
const same = (actual: readonly Uint8Array[], expected: readonly Uint8Array[]) =>
  actual.length === expected.length &&
  actual.every((each, at) => Buffer.compare(each, expected[at] ?? each) === 0)

function setup(options: { readonly queueBytesMax?: number; readonly isInstant?: boolean } = {}) {
  const time = createFakeTime()
  const [near, far] = channelPair(options.isInstant ?? true)
  const make = (channel: typeof near) => {
    const log: string[] = []
    const frames: Uint8Array[] = []
    const lane = createLane(
      { channel, timers: time, afterTask: time.afterTask, queueBytesMax: options.queueBytesMax ?? 1e9 },
      {
        open: () => log.push('open'),
        frame(bytes) {
          log.push('frame')
          frames.push(bytes)
        },
        closed: reason => log.push(`closed: ${reason}`),
      },
    )
    return { lane, channel, log, frames }
  }
  const sender = make(near)
  const receiver = make(far)
  const open = () => {
    near.open()
    far.open()
  }
  return { time, sender, receiver, open }
}

test('LANE-1 a small frame costs one channel message of three bytes more', () => {
  const { time, sender, receiver, open } = setup()
  open()
  sender.lane.send(frame(100))
  time.settle()
  expect(sender.channel.sent.map(message => message.length)).toEqual([103])
  expect(same(receiver.frames, [frame(100)])).toBe(true)
})

test('LANE-2 small frames of one task share messages and keep their order', () => {
  const { time, sender, receiver, open } = setup()
  open()
  const frames = Array.from({ length: 300 }, (_, index) => frame(index, index))
  for (const each of frames) sender.lane.send(each)
  expect(sender.channel.sent).toHaveLength(0)
  time.settle()
  expect(sender.channel.sent).toHaveLength(3)
  expect(same(receiver.frames, frames)).toBe(true)
})

describe('LANE-3 a frame of any size up to frameBytesMax arrives unchanged, in messages of 16 KiB at most', () => {
  const sizes = [0, 1, messageBytesMax - 4, messageBytesMax - 3, messageBytesMax - 2, messageBytesMax]
  test.each([...sizes, messageBytesMax * 2, 100_000, frameBytesMax])('%i bytes', size => {
    const { time, sender, receiver, open } = setup()
    open()
    const frames = [frame(3), frame(size), frame(5)]
    for (const each of frames) sender.lane.send(each)
    time.settle()
    expect(receiver.frames.map(each => each.length)).toEqual([3, size, 5])
    expect(same(receiver.frames, frames)).toBe(true)
    expect(Math.max(...sender.channel.sent.map(message => message.length))).toBeLessThanOrEqual(
      messageBytesMax,
    )
    expect(sender.channel.sent.length).toBeLessThanOrEqual(2 + Math.ceil(size / (messageBytesMax - 7)))
  })
})

describe('LANE-4 a message that no lane writes ends the lane; no frame comes of it or after it', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values).buffer
  const tooLarge = new Uint8Array(8)
  tooLarge[0] = 2
  new DataView(tooLarge.buffer).setUint32(1, frameBytesMax + 1)
  new DataView(tooLarge.buffer).setUint16(5, 1)
  const cases: readonly (readonly [string, readonly unknown[]])[] = [
    ['text', ['hello']],
    ['a blob', [new Blob([])]],
    ['an empty message', [bytes()]],
    ['an overlong message', [new ArrayBuffer(messageBytesMax + 1)]],
    ['an unknown record', [bytes(9, 0, 0)]],
    ['a head cut short', [bytes(1, 0)]],
    ['a first head cut short', [bytes(2, 0, 0, 0, 9, 0)]],
    ['a body cut short', [bytes(1, 0, 2, 7)]],
    ['a part of no frame', [bytes(3, 0, 1, 7)]],
    ['an empty part', [bytes(2, 0, 0, 0, 2, 0, 0)]],
    ['more than announced', [bytes(2, 0, 0, 0, 1, 0, 2, 7, 7)]],
    ['more than announced, later', [bytes(2, 0, 0, 0, 2, 0, 1, 7), bytes(3, 0, 2, 7, 7)]],
    ['a frame inside another', [bytes(2, 0, 0, 0, 2, 0, 1, 7), bytes(1, 0, 1, 7)]],
    ['a frame that begins inside another', [bytes(2, 0, 0, 0, 2, 0, 1, 7), bytes(2, 0, 0, 0, 2, 0, 1, 7)]],
    ['a frame over the bound', [tooLarge.buffer]],
  ]
  test.each(cases)('%s', (_, messages) => {
    const { receiver, open } = setup()
    open()
    for (const message of messages) receiver.channel.receive(message)
    const log = ['open', expect.stringMatching(/^closed: the peer sent a/)]
    expect(receiver.log).toEqual(log)
    receiver.channel.receive(bytes(1, 0, 1, 7))
    expect(receiver.log).toEqual(log)
    expect(receiver.channel.isOpen).toBe(false)
  })
})

test('LANE-5 what is too large or finds the queue full is dropped and counted; the rest arrives', () => {
  const { time, sender, receiver, open } = setup({ queueBytesMax: 1_000 })
  sender.lane.send(frame(600, 1))
  sender.lane.send(frame(600, 2))
  sender.lane.send(frame(300, 3))
  open()
  time.settle()
  sender.lane.send(new Uint8Array(frameBytesMax + 1))
  expect(sender.lane.framesDropped).toBe(2)
  expect(same(receiver.frames, [frame(600, 1), frame(300, 3)])).toBe(true)
})

test('LANE-5 empty frames count too', () => {
  const { sender } = setup({ queueBytesMax: 100 })
  for (let sent = 0; sent < 100; sent += 1) sender.lane.send(new Uint8Array(0))
  expect(sender.lane.framesDropped).toBe(67)
})

test('LANE-6 the browser is given 64 KiB and a message at most, and more when it has drained', () => {
  const { time, sender, receiver, open } = setup({ isInstant: false })
  open()
  sender.lane.send(frame(frameBytesMax))
  time.settle()
  let highest = 0
  for (let step = 0; step < 1_000 && receiver.frames.length === 0; step += 1) {
    highest = Math.max(highest, sender.channel.bufferedAmount)
    sender.channel.drain(1)
  }
  expect(same(receiver.frames, [frame(frameBytesMax)])).toBe(true)
  expect(highest).toBeGreaterThanOrEqual(laneBufferedBytesMax)
  expect(highest).toBeLessThanOrEqual(laneBufferedBytesMax + messageBytesMax)
})

test('LANE-6 a lane goes on by itself when the browser does not say that it drained', () => {
  const { time, sender, receiver, open } = setup({ isInstant: false })
  open()
  sender.lane.send(frame(200_000))
  for (let step = 0; step < 10; step += 1) {
    time.advance(laneWakeMs)
    sender.channel.drain(Number.POSITIVE_INFINITY, true)
  }
  expect(same(receiver.frames, [frame(200_000)])).toBe(true)
})

test('LANE-7 frames wait for the channel; a message that comes before it opens is not lost', () => {
  const { time, sender, receiver } = setup()
  sender.lane.send(frame(10))
  time.settle()
  expect(sender.channel.sent).toHaveLength(0)
  sender.channel.open()
  expect(receiver.log).toEqual(['open', 'frame'])
  receiver.channel.open()
  expect(receiver.log).toEqual(['open', 'frame'])
})

test('LANE-8 while the browser holds bytes, small frames gather into one message', () => {
  const { time, sender, receiver, open } = setup({ isInstant: false })
  open()
  for (let index = 0; index < 50; index += 1) {
    sender.lane.send(frame(20, index))
    time.settle()
  }
  expect(sender.channel.sent).toHaveLength(1)
  sender.channel.drain()
  expect(sender.channel.sent).toHaveLength(2)
  sender.channel.drain()
  expect(
    same(
      receiver.frames,
      Array.from({ length: 50 }, (_, index) => frame(20, index)),
    ),
  ).toBe(true)
})

test('LANE-9 a closed channel or a refused message ends the lane once, with a reason', () => {
  const { time, sender, receiver, open } = setup()
  open()
  sender.channel.refuses = true
  sender.lane.send(frame(10))
  time.settle()
  expect(sender.log).toEqual(['open', 'closed: the channel refused a message'])
  expect(receiver.log).toEqual(['open', 'closed: the channel closed'])
  sender.lane.send(frame(10))
  time.advance(1_000)
  expect(sender.log).toHaveLength(2)
})

test('LANE-10 a lane that was closed tells nothing more', () => {
  const { time, sender, receiver, open } = setup({ isInstant: false })
  open()
  sender.lane.send(frame(100_000))
  time.settle()
  receiver.lane.close()
  sender.channel.drain()
  time.advance(1_000)
  expect(receiver.log).toEqual(['open'])
})

test('LANE-11 last words go behind all that waits, within the task, also where the browser still holds bytes; then the lane ends', () => {
  const { time, sender, receiver, open } = setup({ isInstant: false })
  open()
  sender.lane.send(frame(100, 1))
  time.settle()
  sender.lane.send(frame(200, 2))
  const handed = sender.channel.sent.length
  sender.lane.farewell(frame(50, 3))
  expect(sender.channel.sent.length).toBeGreaterThan(handed)
  expect(sender.channel.isOpen).toBe(false)
  sender.lane.farewell(frame(50, 4))
  time.settle()
  expect(sender.log).toEqual(['open'])
  expect(receiver.log.at(-1)).toBe('closed: the channel closed')
})

test('LANE-12 what waits when a lane is closed is handed to the browser first, as far as that takes it', () => {
  const { time, sender, open } = setup({ isInstant: false })
  open()
  sender.lane.send(frame(100, 1))
  time.settle()
  // The browser holds the first: what comes now gathers.
  sender.lane.send(frame(200, 2))
  time.settle()
  expect(sender.channel.sent.map(({ length }) => length)).toEqual([103])
  sender.lane.close()
  expect(sender.channel.sent.map(({ length }) => length)).toEqual([103, 203])

  const full = setup({ isInstant: false })
  full.open()
  full.sender.lane.send(frame(1_000_000))
  full.time.settle()
  const handed = full.sender.channel.sent.length
  full.sender.lane.close()
  expect(full.sender.channel.sent.length).toBe(handed)
})

test('LANE-13 a channel that is open already, and will not say so, is used all the same', () => {
  const time = createFakeTime()
  const [near, far] = channelPair(true)
  near.open()
  const log: string[] = []
  const events = {
    open: () => log.push('open'),
    frame: () => log.push('frame'),
    closed: () => log.push('closed'),
  }
  const lane = createLane({ channel: near, timers: time, afterTask: time.afterTask }, events)
  expect(log).toEqual([])
  lane.send(frame(10))
  time.settle()
  expect(log).toEqual(['open'])
  expect(near.sent.map(({ length }) => length)).toEqual([13])
  far.close()
})
