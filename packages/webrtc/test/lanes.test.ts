import { nodeId, type PageToWorker } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { createConnection } from '../src/page/link/connection.ts'
import type { AttemptEvents } from '../src/page/link/dial.ts'
import { handsChannelsOver } from '../src/page/link/handing-over.ts'
import { lanesInWorker } from '../src/page/link/lanes.ts'
import { connectTimeoutMs } from '../src/wire/limits.ts'
import { fakeChannels, joinChannels } from './fake-page-channel.ts'

/** A connection whose lanes are in a worker that the test plays. */
function setup(refuses = false) {
  const time = createFakeTime()
  const [near, far] = [fakeChannels(true), fakeChannels(true)]
  const posted: { readonly message: PageToWorker; readonly transfer: readonly Transferable[] }[] = []
  const log: string[] = []
  const attempt: { events?: AttemptEvents; isDestroyed: boolean } = { isDestroyed: false }
  const lanes = lanesInWorker((message, transfer) => {
    if (refuses) throw new DOMException('not here', 'DataCloneError')
    posted.push({ message, transfer })
  })
  const create = () =>
    createConnection(
      {
        id: { peer: nodeId('b'), connection: 7 },
        initiator: true,
        timers: time,
        means: {
          openLanes: lanes.open,
          dial(_: boolean, events: AttemptEvents) {
            attempt.events = events
            const destroy = () => {
              attempt.isDestroyed = true
            }
            return { ...near, signal: () => {}, destroy }
          },
        },
      },
      {
        signal: () => {},
        up: () => log.push('up'),
        frame: () => log.push('frame'),
        closed: reason => log.push(`closed: ${reason}`),
      },
    )
  return { time, near, far, posted, log, attempt, lanes, create }
}

test('RTC-22 the channels are handed over in the task that made them, but the one for the own last words', () => {
  const { near, posted, create } = setup()
  create()
  const { control, bulk, peerWords } = near
  const raw = {
    control: control.transferable,
    bulk: bulk.transferable,
    peerWords: peerWords.transferable,
  }
  expect(posted).toEqual([
    { message: { type: 'channels', peer: 'b', connection: 7, ...raw }, transfer: Object.values(raw) },
  ])
})

test('RTC-22 where the browser refuses, the attempt fails with its reason and is destroyed', () => {
  const { create, attempt } = setup(true)
  expect(create).toThrow('not here')
  expect(attempt.isDestroyed).toBe(true)
})

test('RTC-23 the connection is up when the worker says so, and ends when it says so; the rest is not heard', () => {
  const { time, posted, log, attempt, lanes, create } = setup()
  const connection = create()
  lanes.hear({ type: 'opened', connection: 6 })
  expect(log).toEqual([])
  lanes.hear({ type: 'opened', connection: 7 })
  time.advance(connectTimeoutMs)
  lanes.hear({ type: 'dropped', connection: 7, frames: 3 })
  expect(connection.framesDropped).toBe(3)
  lanes.hear({ type: 'broken', connection: 7, reason: 'the channel closed' })
  lanes.hear({ type: 'broken', connection: 7, reason: 'again' })
  attempt.events?.closed('later')
  expect(log).toEqual(['up', 'closed: the channel closed'])
  expect(attempt.isDestroyed).toBe(true)
  // The worker knows.
  expect(posted.map(({ message }) => message.type)).toEqual(['channels'])
})

test('RTC-23 the worker hears that the page gave a connection up, once', () => {
  const { time, posted, log, lanes, create } = setup()
  const connection = create()
  time.advance(connectTimeoutMs)
  expect(log).toEqual(['closed: no connection in time'])
  connection.destroy()
  lanes.hear({ type: 'opened', connection: 7 })
  expect(posted.slice(1)).toEqual([{ message: { type: 'ended', connection: 7 }, transfer: [] }])
  expect(log).toHaveLength(1)
})

test('RTC-24 the page says the last words itself, in the same task, on the channel that it kept', () => {
  const { near, far, posted, log, lanes, create, time } = setup()
  joinChannels(near, far)
  const connection = create()
  time.settle()
  lanes.hear({ type: 'opened', connection: 7 })
  connection.lastWords(Uint8Array.of(8, 9))
  connection.farewell()
  connection.lastWords(Uint8Array.of(8, 9))
  connection.farewell()
  expect(near.ownWords.sent).toEqual([Uint8Array.of(1, 0, 2, 8, 9)])
  expect(near.control.sent).toEqual([])
  expect(near.ownWords.isOpen).toBe(false)
  expect(posted.map(({ message }) => message.type)).toEqual(['channels', 'ended'])
  expect(log).toEqual(['up'])
})

test('RTC-22 where there is no WebRTC, no channel is handed over', () => {
  expect(handsChannelsOver()).toBe(false)
})
