import { laneBufferedBytesMax, laneQueueBytesMax, nodeId } from '@peerkeeper/core/transport'
import { expect, test, vi } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { createConnection } from '../src/page/link/connection.ts'
import type { AttemptEvents } from '../src/page/link/dial.ts'
import { lanesInPage } from '../src/page/link/in-page.ts'
import { simplePeerDial } from '../src/page/link/simple-peer.ts'
import { connectTimeoutMs } from '../src/wire/limits.ts'
import { fakeChannels } from './fake-page-channel.ts'

function setup() {
  const time = createFakeTime()
  const channels = fakeChannels(false)
  const { control, bulk } = channels
  const log: string[] = []
  const world: { events?: AttemptEvents; isDestroyed: boolean } = { isDestroyed: false }
  const connection = createConnection(
    {
      initiator: true,
      timers: time,
      id: { peer: nodeId('b'), connection: 1 },
      means: {
        openLanes: lanesInPage({ timers: time, afterTask: time.afterTask }),
        dial(_: boolean, events: AttemptEvents) {
          world.events = events
          const destroy = () => {
            world.isDestroyed = true
          }
          return { ...channels, signal: () => {}, destroy }
        },
      },
    },
    {
      signal: () => {},
      up: () => log.push('up'),
      frame: bytes => log.push(`frame ${bytes}`),
      closed: reason => log.push(`closed: ${reason}`),
    },
  )
  return { time, control, bulk, log, world, connection }
}

test('RTC-13 bulk that waits does not hold control back', () => {
  const { time, control, bulk, connection } = setup()
  control.open()
  bulk.open()
  for (let sent = 0; sent < 10; sent += 1) connection.send('bulk', new Uint8Array(1_000_000))
  time.settle()
  expect(connection.framesDropped).toBe(10 - Math.floor(laneQueueBytesMax / 1_000_000))
  expect(bulk.bufferedAmount).toBeGreaterThanOrEqual(laneBufferedBytesMax)
  connection.send('control', Uint8Array.of(1, 2, 3))
  time.settle()
  expect(control.sent).toHaveLength(1)
})

test('RTC-13 a link is up with its first lane; the other takes frames and sends them once it opens', () => {
  const { time, control, bulk, log, connection } = setup()
  connection.send('control', Uint8Array.of(1))
  control.open()
  expect(log).toEqual(['up'])
  connection.send('bulk', Uint8Array.of(2))
  time.settle()
  bulk.open()
  expect([control.sent.length, bulk.sent.length]).toEqual([0, 1])
  time.advance(connectTimeoutMs)
  expect(log).toEqual(['up'])
})

test('RTC-3 a connection ends as a whole, once', () => {
  const { control, bulk, log, world } = setup()
  control.open()
  bulk.open()
  bulk.end()
  world.events?.closed('the connection closed')
  expect(log).toEqual(['up', 'closed: the channel closed'])
  expect([control.isOpen, world.isDestroyed]).toEqual([false, true])
})

test('RTC-20 where there is no WebRTC, dialing fails with a reason', () => {
  const events = { signal: () => {}, silent: () => {}, closed: () => {} }
  expect(() =>
    simplePeerDial({ iceServers: [], iceTransportPolicy: 'all', timers: createFakeTime() })(true, events),
  ).toThrow(/No WebRTC support/)
})

test('RTC-27 where the browser refuses to make a connection, the attempt fails with what it says of it', async () => {
  vi.stubGlobal(
    'RTCPeerConnection',
    class {
      constructor() {
        throw new Error('a turn: server needs a credential')
      }
    },
  )
  const time = createFakeTime()
  const log: string[] = []
  createConnection(
    {
      initiator: true,
      timers: time,
      id: { peer: nodeId('b'), connection: 1 },
      means: {
        openLanes: lanesInPage({ timers: time, afterTask: time.afterTask }),
        dial: simplePeerDial({ iceServers: [], iceTransportPolicy: 'all', timers: time }),
      },
    },
    {
      signal: () => {},
      up: () => log.push('up'),
      frame: () => log.push('frame'),
      closed: (reason, code) => log.push(`${code}: ${reason}`),
    },
  )
  vi.unstubAllGlobals()
  await vi.waitFor(() =>
    expect(log).toEqual(['NoWebRtc: this browser makes no connection: a turn: server needs a credential']),
  )
})
