import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { broadcastSignaling, type Signaling, webSocketSignaling } from '../src/page/index.ts'
import { type SignalingServer, startSignalingServer } from '../src/server/index.ts'
import { presenceExpiresMs, presenceMs } from '../src/wire/limits.ts'
import { type Recorder, recorder } from './recorder.ts'

const openSocket = (url: string) => new NodeWebSocket(url) as unknown as WebSocket

let ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  ends = []
})

function join(signaling: Signaling, instance: string): Recorder {
  ends.push(() => signaling.leave())
  return recorder(signaling, instance)
}

async function startServer(port = 0): Promise<SignalingServer> {
  const server = await startSignalingServer({ port })
  ends.push(() => server.close())
  return server
}

let rooms = 0
const newRoom = () => {
  rooms += 1
  return `room ${rooms}`
}

describe.each([
  ['broadcast', async () => (room: string) => broadcastSignaling({ room })],
  [
    'web socket',
    async () => {
      const { url } = await startServer()
      return (room: string) => webSocketSignaling({ url, room, openSocket })
    },
  ],
])('%s', (_, setup) => {
  test('SIG-1 all who join a room hear of each other, whoever came first, and not of themselves', async () => {
    const make = await setup()
    const room = newRoom()
    const a = join(make(room), 'a')
    const b = join(make(room), 'b')
    await vi.waitFor(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
    const c = join(make(room), 'c')
    await vi.waitFor(() => expect(c.heard.toSorted()).toEqual(['peer a', 'peer b']))
    await vi.waitFor(() => expect([a.heard.at(-1), b.heard.at(-1)]).toEqual(['peer c', 'peer c']))
  })

  test('SIG-2 a signal reaches the instance it is addressed to, and no other, in order', async () => {
    const make = await setup()
    const room = newRoom()
    const [a, b, c] = [join(make(room), 'a'), join(make(room), 'b'), join(make(room), 'c')] as const
    await vi.waitFor(() => expect([a, b, c].map(({ heard }) => heard.length)).toEqual([2, 2, 2]))
    for (const { heard } of [a, b, c]) heard.length = 0
    a.signaling.send('nobody', 'lost')
    for (let index = 0; index < 5; index += 1) a.signaling.send('b', `text "${index}"\r\n`)
    c.signaling.send('a', 'done')
    await vi.waitFor(() => expect(b.heard).toHaveLength(5))
    await vi.waitFor(() => expect(a.heard).toEqual(['signal c: done']))
    expect(b.heard).toEqual([0, 1, 2, 3, 4].map(index => `signal a: text "${index}"\r\n`))
    expect(c.heard).toEqual([])
  })

  test('SIG-3 the others hear who leaves; who left hears nothing', async () => {
    const make = await setup()
    const room = newRoom()
    const a = join(make(room), 'a')
    const b = join(make(room), 'b')
    await vi.waitFor(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
    b.signaling.leave()
    b.signaling.leave()
    b.signaling.send('a', 'from the dead')
    await vi.waitFor(() => expect(a.heard).toEqual(['peer b', 'left b']))
    a.signaling.send('b', 'to the dead')
    const c = join(make(room), 'c')
    await vi.waitFor(() => expect(c.heard).toEqual(['peer a']))
    expect(b.heard).toEqual(['peer a'])
  })

  test('SIG-4 rooms do not hear of each other', async () => {
    const make = await setup()
    const [here, there] = [newRoom(), newRoom()]
    const a = join(make(here), 'a')
    const b = join(make(there), 'b')
    b.signaling.send('a', 'across')
    a.signaling.send('b', 'across')
    const c = join(make(here), 'c')
    const d = join(make(there), 'd')
    await vi.waitFor(() =>
      expect([a, b, c, d].map(({ heard }) => heard)).toEqual([
        ['peer c'],
        ['peer d'],
        ['peer a'],
        ['peer b'],
      ]),
    )
  })
})

test('SIG-15 through a server with a relay bytes reach their peer, in order; with none, or to somebody who is not there, they do not', async () => {
  const { url } = await startServer()
  const room = newRoom()
  const [a, b] = [
    join(webSocketSignaling({ url, room, openSocket }), 'a'),
    join(webSocketSignaling({ url, room, openSocket }), 'b'),
  ]
  expect(a.signaling.relay?.reaches('b')).toBe(false)
  await vi.waitFor(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
  expect(['b', 'c'].map(instance => a.signaling.relay?.reaches(instance))).toEqual([true, false])
  for (let index = 0; index < 3; index += 1) a.signaling.relay?.send('b', Uint8Array.of(index, 255))
  a.signaling.relay?.send('c', Uint8Array.of(1))
  a.signaling.send('b', 'then')
  await vi.waitFor(() => expect(b.heard.at(-1)).toBe('signal a: then'))
  expect(b.heard.slice(1, -1)).toEqual(['bytes a: 0,255', 'bytes a: 1,255', 'bytes a: 2,255'])
  b.signaling.leave()
  await vi.waitFor(() => expect(a.heard.at(-1)).toBe('left b'))
  expect(a.signaling.relay?.reaches('b')).toBe(false)
  expect(broadcastSignaling({ room }).relay).toBe(undefined)

  const without = await startSignalingServer({ relay: false })
  ends.push(() => without.close())
  const [c, d] = [
    join(webSocketSignaling({ url: without.url, room, openSocket }), 'c'),
    join(webSocketSignaling({ url: without.url, room, openSocket }), 'd'),
  ]
  await vi.waitFor(() => expect([c.heard, d.heard]).toEqual([['peer d'], ['peer c']]))
  expect(c.signaling.relay?.reaches('d')).toBe(false)
  c.signaling.relay?.send('d', Uint8Array.of(1))
  c.signaling.send('d', 'only this')
  await vi.waitFor(() => expect(d.heard.at(-1)).toBe('signal c: only this'))
  expect(d.heard).toHaveLength(2)
})

test('SIG-5 a tab that falls silent counts as left after a while; one that shows signs of life does not', async () => {
  const time = createFakeTime()
  const room = newRoom()
  const a = join(broadcastSignaling({ room, timers: time }), 'a')
  const silent = createFakeTime()
  join(broadcastSignaling({ room, timers: silent }), 'b')
  join(broadcastSignaling({ room, timers: time }), 'c')
  await vi.waitFor(() => expect(a.heard.toSorted()).toEqual(['peer b', 'peer c']))
  const marker = new BroadcastChannel(`peerkeeper:signaling:${room}`)
  ends.push(() => marker.close())
  const from = { node: 'marker', ensemble: 'ensemble', instance: 'marker' }
  for (let passed = 0; passed <= presenceExpiresMs; passed += presenceMs) {
    time.advance(presenceMs)
    // Comes after what c said, on the same channel.
    marker.postMessage({ type: 'signal', from, to: 'a', data: `${passed}` })
    await vi.waitFor(() => expect(a.heard.at(-1)).toBe(`signal marker: ${passed}`))
  }
  expect(a.heard).toContain('left b')
  expect(a.heard).not.toContain('left c')
})

test('SIG-6 garbage on the broadcast channel is ignored', async () => {
  const room = newRoom()
  const a = join(broadcastSignaling({ room }), 'a')
  const channel = new BroadcastChannel(`peerkeeper:signaling:${room}`)
  ends.push(() => channel.close())
  const from = { node: 'n', ensemble: 'e', instance: 'b' }
  const garbage = [
    null,
    7,
    'hello',
    [],
    {},
    { type: 'hello' },
    { type: 'hello', from: { ...from, node: 'a b' } },
  ]
  for (const each of [...garbage, { type: 'dance', from }, { type: 'signal', from, to: 'a', data: 7 }]) {
    channel.postMessage(each)
  }
  channel.postMessage({ type: 'signal', from, to: 'a', data: 'good' })
  await vi.waitFor(() => expect(a.heard).toEqual(['peer b', 'signal b: good']))
})

test('SIG-7 while the server is away all count as left; it is called again, and all are announced anew', async () => {
  const first = await startSignalingServer()
  const room = newRoom()
  const status: string[] = []
  const options = { url: first.url, room, openSocket, random: () => 0 }
  const a = join(webSocketSignaling({ ...options, onStatus: ({ type }) => status.push(type) }), 'a')
  const b = join(webSocketSignaling(options), 'b')
  await vi.waitFor(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
  await first.close()
  await vi.waitFor(() => expect(a.heard).toEqual(['peer b', 'left b']))
  a.signaling.send('b', 'lost')
  await startServer(first.port)
  await vi.waitFor(() => expect(a.heard).toEqual(['peer b', 'left b', 'peer b']), { timeout: 10_000 })
  await vi.waitFor(() => expect(b.heard).toEqual(['peer a', 'left a', 'peer a']))
  expect([status.at(0), status.at(1), status.at(-1)]).toEqual(['online', 'offline', 'online'])
}, 20_000)
