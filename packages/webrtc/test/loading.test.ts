import { getEventListeners } from 'node:events'
import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { afterEach, expect, test, vi } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { createSecret, webSocketArbiter, webSocketSignaling } from '../src/page/index.ts'
import { loadAgain } from '../src/page/loading.ts'
import { FakeSocket } from './fake-socket.ts'

afterEach(() => {
  vi.doUnmock('../src/page/signaling/sealed.ts')
  vi.doUnmock('../src/page/signaling/founding/asking.ts')
  vi.resetModules()
})

/** A page whose files cannot be loaded until a test says so. */
function setup() {
  const time = createFakeTime()
  const told: string[] = []
  const sockets: FakeSocket[] = []
  const options = {
    url: 'ws://signaling.test',
    room: 'room',
    secret: createSecret(),
    timers: time,
    random: () => 1,
    openSocket() {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
  }
  return { time, told, sockets, options }
}

test('RTC-29 what cannot be loaded is tried again until it can, and each time told of', async () => {
  const { time, told } = setup()
  const abort = new AbortController()
  let loads = 0
  const load = async () => {
    loads += 1
    if (loads < 3) throw new Error('offline')
    return loads
  }
  const loaded = loadAgain(load, { timers: time, random: () => 1 }, abort.signal, reason => told.push(reason))
  await vi.waitFor(() => expect(told).toHaveLength(1))
  time.advance(500)
  await vi.waitFor(() => expect(told).toHaveLength(2))
  time.advance(999)
  expect(loads).toBe(2)
  time.advance(1)
  expect(await loaded).toBe(3)
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
})

test('RTC-29 who gives up hears so at once, also where loading hangs, and nothing is loaded any more', async () => {
  const { time, told } = setup()
  const abort = new AbortController()
  const hangs = loadAgain(
    () => new Promise(() => undefined),
    { timers: time },
    abort.signal,
    () => undefined,
  )
  let loads = 0
  const fails = loadAgain(
    async () => {
      loads += 1
      throw new Error('offline')
    },
    { timers: time },
    abort.signal,
    reason => told.push(reason),
  )
  await vi.waitFor(() => expect(told).toHaveLength(1))
  abort.abort(new Error('enough'))
  await expect(hangs).rejects.toThrow('enough')
  await expect(fails).rejects.toThrow('enough')
  time.advance(60_000)
  expect(loads).toBe(1)
  await expect(
    loadAgain(
      async () => 1,
      {},
      abort.signal,
      () => undefined,
    ),
  ).rejects.toThrow('enough')
})

test('SIG-28 signaling whose sealing cannot be loaded is offline with a reason, and comes when it can be', async () => {
  const { time, told, sockets, options } = setup()
  vi.doMock('../src/page/signaling/sealed.ts', () => {
    throw new Error('offline')
  })
  const signaling = webSocketSignaling({
    ...options,
    onStatus: status => told.push(status.type === 'offline' ? `${status.code} ${status.reason}` : 'online'),
  })
  const self = { node: nodeId('a'), ensemble: ensembleId('e'), instance: 'a' }
  signaling.join(self, () => undefined)
  signaling.send('b', 'lost')
  expect([signaling.relay?.reaches('b'), signaling.refused?.().dropped]).toEqual([false, 0])
  await vi.waitFor(() => expect(told).toHaveLength(1))
  expect(told[0]).toMatch(/^0 a part of the app could not be loaded/)
  vi.doUnmock('../src/page/signaling/sealed.ts')
  vi.resetModules()
  time.advance(500)
  await vi.waitFor(() => expect(sockets).toHaveLength(1))
  signaling.leave()
  expect(sockets[0]?.readyState).toBe(3)
})

test('SIG-28 signaling that is left before its sealing is there joins nothing', async () => {
  const { sockets, options } = setup()
  const signaling = webSocketSignaling(options)
  signaling.join({ node: nodeId('a'), ensemble: ensembleId('e'), instance: 'a' }, () => undefined)
  signaling.leave()
  await import('../src/page/signaling/sealed.ts')
  for (let turns = 0; turns < 20; turns += 1) await new Promise(resolve => setImmediate(resolve))
  expect(sockets).toEqual([])
})

test('SIG-28 an arbiter whose question cannot be loaded says so and asks when it can be, or rejects with its signal', async () => {
  const { time, told, sockets, options } = setup()
  vi.doMock('../src/page/signaling/founding/asking.ts', () => {
    throw new Error('offline')
  })
  const arbiter = webSocketArbiter({
    url: options.url,
    room: 'room',
    timers: time,
    random: () => 1,
    openSocket: options.openSocket,
    onFailure: (code, reason) => told.push(`${code} ${reason}`),
  })
  const abort = new AbortController()
  const given = arbiter.found(ensembleId('x'), abort.signal)
  await vi.waitFor(() => expect(told).toHaveLength(1))
  abort.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  const answer = arbiter.found(ensembleId('x'), new AbortController().signal)
  await vi.waitFor(() => expect(told).toHaveLength(2))
  vi.doUnmock('../src/page/signaling/founding/asking.ts')
  vi.resetModules()
  time.advance(500)
  await vi.waitFor(() => expect(sockets).toHaveLength(1))
  sockets[0]?.accept()
  sockets[0]?.hear({ type: 'stands', ensemble: 'y' })
  expect(await answer).toBe('y')
  expect(told).toHaveLength(2)
})
