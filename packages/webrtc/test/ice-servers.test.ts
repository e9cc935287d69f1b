import { nodeId } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { createConnection } from '../src/page/link/connection.ts'
import type { AttemptEvents } from '../src/page/link/dial.ts'
import { serversOf } from '../src/page/link/ice-servers.ts'
import { lanesInPage } from '../src/page/link/in-page.ts'
import { connectTimeoutMs, iceServersTimeoutMs, signalsWaitingMax } from '../src/wire/limits.ts'
import type { RtcSignal } from '../src/wire/link-signal.ts'
import { fakeChannels } from './fake-page-channel.ts'

const turn = (username: string): RTCIceServer => ({ urls: 'turn:turn.test', username, credential: 'secret' })

test('ICE-1 a list of servers is there at once', () => {
  const iceServers = [turn('a')]
  expect(serversOf(iceServers, createFakeTime())()).toEqual({ iceServers, error: undefined })
})

test('ICE-1 a function is asked at each attempt; attempts that begin meanwhile share its answer', async () => {
  let asked = 0
  const next = serversOf(async () => {
    asked += 1
    return [turn(`user ${asked}`)]
  }, createFakeTime())
  const [one, two] = [next(), next()]
  expect(await one).toEqual({ iceServers: [turn('user 1')], error: undefined })
  expect(await two).toEqual(await one)
  expect(await next()).toEqual({ iceServers: [turn('user 2')], error: undefined })
})

test('ICE-2 a function that throws, rejects or takes too long leaves the servers that it gave last, and says why', async () => {
  const time = createFakeTime()
  const answers: (() => readonly RTCIceServer[] | Promise<readonly RTCIceServer[]>)[] = [
    () => Promise.reject(new Error('401')),
    () => [turn('good')],
    () => {
      throw new Error('offline')
    },
    () => new Promise(() => {}),
  ]
  const next = serversOf(() => answers.shift()?.() ?? [], time)
  expect(await next()).toEqual({ iceServers: [], error: '401' })
  expect(await next()).toEqual({ iceServers: [turn('good')], error: undefined })
  expect(await next()).toEqual({ iceServers: [turn('good')], error: 'offline' })
  const late = next()
  await Promise.resolve()
  time.advance(iceServersTimeoutMs)
  expect(await late).toEqual({ iceServers: [turn('good')], error: 'no answer within 5000 ms' })
})

/** A connection whose attempt is made when the test says so. */
function waiting() {
  const time = createFakeTime()
  const channels = fakeChannels(false)
  const log: string[] = []
  const world: { events?: AttemptEvents; isDestroyed: boolean } = { isDestroyed: false }
  const made = { resolve: () => {}, reject: (_: Error) => {} }
  const isMade = new Promise<void>((resolve, reject) => Object.assign(made, { resolve, reject }))
  const connection = createConnection(
    {
      id: { peer: nodeId('b'), connection: 1 },
      initiator: false,
      timers: time,
      means: {
        openLanes: lanesInPage({ timers: time, afterTask: time.afterTask }),
        async dial(_: boolean, events: AttemptEvents) {
          world.events = events
          await isMade
          const destroy = () => {
            world.isDestroyed = true
          }
          return { ...channels, destroy, signal: ({ type }: RtcSignal) => log.push(type) }
        },
      },
    },
    {
      signal: () => {},
      up: () => log.push('up'),
      frame: () => {},
      closed: (reason, code) => log.push(`${code}: ${reason}`),
    },
  )
  const settle = async () => {
    for (let turns = 0; turns < 10; turns++) await Promise.resolve()
  }
  return { time, channels, log, world, connection, made, settle }
}

const candidate: RtcSignal = {
  type: 'candidate',
  candidate: { candidate: '', sdpMid: null, sdpMLineIndex: null },
}

test('ICE-1 what the peer signals while the app is asked waits, up to a bound, and is taken in order', async () => {
  const { connection, channels, log, made, settle } = waiting()
  connection.signal({ type: 'offer', sdp: '' })
  for (let sent = 0; sent < 2 * signalsWaitingMax; sent++) connection.signal(candidate)
  expect(log).toEqual([])
  made.resolve()
  await settle()
  expect(log).toEqual(['offer', ...Array.from({ length: signalsWaitingMax - 1 }, () => 'candidate')])
  connection.signal({ type: 'answer', sdp: '' })
  channels.control.open()
  expect(log.slice(-2)).toEqual(['answer', 'up'])
})

test('ICE-1 an attempt that comes when its time is over is destroyed', async () => {
  const { connection, time, log, world, made, settle } = waiting()
  time.advance(connectTimeoutMs)
  expect(log).toEqual(['Timeout: no connection in time'])
  made.resolve()
  await settle()
  expect(world.isDestroyed).toBe(true)
  connection.destroy()
  expect(log).toHaveLength(1)
})

test('ICE-1 one that cannot be made ends with its reason', async () => {
  const { log, made, settle, connection } = waiting()
  made.reject(new Error('no WebRTC here'))
  await settle()
  expect(log).toEqual(['NoWebRtc: no WebRTC here'])
  expect(connection.framesDropped).toBe(0)
})
