import type { PageToWorker } from '@peerkeeper/core/transport'
import { afterEach, expect, test, vi } from 'vitest'
import { broadcastSignaling, webrtc } from '../src/page/index.ts'
import type { Dial } from '../src/page/link/dial.ts'
import { createPageMesh } from '../src/page/page-mesh.ts'
import { createPageTransport } from '../src/page/page-transport.ts'
import { pageTimers } from '../src/page/timers.ts'
import { type FakeChannels, fakeChannels, joinChannels } from './fake-page-channel.ts'
import { type MintedNode, mintNodes } from './identities.ts'
import { pageParts } from './page-parts.ts'

const [alice, bob, carol] = (await mintNodes(3)) as [MintedNode, MintedNode, MintedNode]
const starts = (minted: MintedNode) => ({ type: 'start', ensemble: 'e', ...minted })

let ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends) end()
  ends = []
})

/** Connects any two attempts whose signals meet. */
function fakeDial(): Dial {
  const attempts: FakeChannels[] = []
  return (initiator, events) => {
    const sdp = String(attempts.length)
    const channels = fakeChannels(true)
    attempts.push(channels)
    if (initiator) queueMicrotask(() => events.signal({ type: 'offer', sdp }))
    return {
      ...channels,
      destroy: () => {},
      signal(signal) {
        if (signal.type === 'offer') return events.signal({ type: 'answer', sdp })
        const other = signal.type === 'answer' ? attempts[Number(signal.sdp)] : undefined
        if (other !== undefined) joinChannels(channels, other)
      },
    }
  }
}

function replica(dial: Dial, room: string) {
  const transport = createPageTransport({
    signaling: broadcastSignaling({ room }),
    loadMesh: async () => of => createPageMesh({ ...of, dial }),
    ...pageParts,
    channels: 'auto',
    handsChannelsOver: () => true,
  })
  const { port1, port2 } = new MessageChannel()
  const heard: PageToWorker[] = []
  port2.onmessage = event => heard.push(event.data)
  ends.push(() => {
    transport.close()
    port2.close()
  })
  transport.attach(port1)
  return { transport, port: port2, heard }
}

test('RTC-14 a worker is served over its port, from start to close; what is no message of it is ignored', async () => {
  const dial = fakeDial()
  const a = replica(dial, 'port')
  const b = replica(dial, 'port')
  for (const garbage of [
    null,
    7,
    'start',
    {},
    { type: 'start' },
    { ...starts(alice), node: 'a b' },
    { ...starts(alice), key: null },
  ]) {
    a.port.postMessage(garbage)
  }
  a.port.postMessage(starts(alice))
  a.port.postMessage(starts(bob))
  b.port.postMessage(starts(bob))
  await vi.waitFor(() => expect([a.heard.length, b.heard.length]).toEqual([1, 1]))
  expect([a.heard[0], b.heard[0]]).toMatchObject([
    { type: 'up', peer: bob.node },
    { type: 'up', peer: alice.node },
  ])
  a.port.postMessage({ type: 'send', peer: bob.node, lane: 'slow', bytes: Uint8Array.of(0) })
  a.port.postMessage({ type: 'send', peer: bob.node, lane: 'bulk', bytes: [0] })
  a.port.postMessage({ type: 'send', peer: 'nobody', lane: 'bulk', bytes: Uint8Array.of(0) })
  a.port.postMessage({ type: 'send', peer: bob.node, lane: 'bulk', bytes: Uint8Array.of(1, 2) })
  a.port.postMessage({ type: 'send', peer: bob.node, lane: 'control', bytes: Uint8Array.of(3) })
  await vi.waitFor(() => expect(b.heard).toHaveLength(3))
  expect(b.heard.slice(1)).toMatchObject([
    { type: 'frame', peer: alice.node, bytes: Uint8Array.of(1, 2) },
    { type: 'frame', peer: alice.node, bytes: Uint8Array.of(3) },
  ])
  a.port.postMessage({ type: 'close' })
  await vi.waitFor(() => expect(b.heard.at(-1)).toMatchObject({ type: 'down', peer: alice.node }))
  expect(a.heard).toHaveLength(1)
})

test('RTC-21 what the worker gave as its last words is said when the page goes away', async () => {
  const dial = fakeDial()
  const a = replica(dial, 'farewell')
  const b = replica(dial, 'farewell')
  a.port.postMessage(starts(alice))
  b.port.postMessage(starts(bob))
  await vi.waitFor(() => expect([a.heard.length, b.heard.length]).toEqual([1, 1]))
  a.port.postMessage({ type: 'lastWords', peer: bob.node, bytes: 'none' })
  a.port.postMessage({ type: 'lastWords', peer: bob.node, bytes: Uint8Array.of(7) })
  a.port.postMessage({ type: 'send', peer: bob.node, lane: 'control', bytes: Uint8Array.of(1) })
  await vi.waitFor(() => expect(b.heard).toHaveLength(2))
  a.transport.farewell()
  await vi.waitFor(() => expect(b.heard.at(-1)).toMatchObject({ type: 'down', peer: alice.node }))
  expect(b.heard.at(-2)).toMatchObject({ type: 'frame', peer: alice.node, bytes: Uint8Array.of(7) })
})

test('RTC-14 a transport serves one port, and none once it is closed', async () => {
  const { transport } = replica(fakeDial(), 'once')
  expect(() => transport.attach(new MessageChannel().port1)).toThrow(/one worker/)
  const closed = createPageTransport({
    signaling: broadcastSignaling({ room: 'closed' }),
    loadMesh: async () => of => createPageMesh({ ...of, dial: fakeDial() }),
    timers: pageTimers,
    random: Math.random,
    afterTask: queueMicrotask,
    newInstance: () => 'instance',
    channels: 'auto',
    handsChannelsOver: () => true,
  })
  closed.close()
  const { port1, port2 } = new MessageChannel()
  const isClosed = new Promise(resolve => port2.addEventListener('close', resolve))
  port2.start()
  closed.attach(port1)
  await isClosed
  expect(closed.links()).toEqual([])
})

test('TOPO-6 what the worker wants crosses its port; what is no wish changes none', async () => {
  const dial = fakeDial()
  const a = replica(dial, 'wishes')
  const b = replica(dial, 'wishes')
  const nobody = { type: 'want', peers: [], count: 0, others: 0 }
  for (const { port } of [a, b]) port.postMessage(starts(port === a.port ? alice : bob))
  for (const { port } of [a, b]) {
    port.postMessage(nobody)
    for (const no of [{ peers: 'all' }, { peers: ['a b'] }, { count: -1 }, { others: 'some' }])
      port.postMessage({ ...nobody, others: 1, ...no })
  }
  // Whoever joins hears of the other in tasks of its own: by now both have, and neither wants it.
  const c = replica(dial, 'wishes')
  c.port.postMessage(starts(carol))
  await vi.waitFor(() => expect(c.heard).toHaveLength(2))
  expect(a.heard.map(event => 'peer' in event && event.peer)).toEqual([carol.node])
  a.port.postMessage({ ...nobody, peers: [bob.node], count: 1 })
  await vi.waitFor(() => expect(a.heard).toHaveLength(2))
  const wanted = a.transport.links().map(({ peer, isWanted }) => ({ peer, isWanted }))
  expect(wanted).toContainEqual({ peer: bob.node, isWanted: true })
  expect(wanted).toContainEqual({ peer: carol.node, isWanted: false })
})

test('RTC-19 links tells each peer, its state and what went wrong', async () => {
  const dial = fakeDial()
  const a = replica(dial, 'links')
  const b = replica(dial, 'links')
  expect(a.transport.links()).toEqual([])
  a.port.postMessage(starts(alice))
  b.port.postMessage(starts(bob))
  await vi.waitFor(() =>
    expect(a.transport.links()).toEqual([
      {
        peer: bob.node,
        state: 'up',
        framesDropped: 0,
        failures: 0,
        lastReason: undefined,
        path: 'webrtc',
        isWanted: true,
        reasonCode: undefined,
        channels: 'page',
      },
    ]),
  )
  b.transport.close()
  await vi.waitFor(() => expect(a.transport.links()).toEqual([]))
})

test('SEC-2 a page tells what it refused, and is not connected with whoever cannot prove their name', async () => {
  const dial = fakeDial()
  const [a, b] = [replica(dial, 'refused'), replica(dial, 'refused')]
  expect(a.transport.refused()).toMatchObject({ unproven: 0, otherKey: 0 })
  a.port.postMessage(starts(alice))
  b.port.postMessage({ ...starts(bob), key: alice.key })
  await vi.waitFor(() => expect(a.transport.refused().otherKey).toBeGreaterThan(0))
  expect([a.heard, a.transport.links()]).toEqual([[], []])
})

/** Where the channels of a transport go whose worker says `takesChannels` and whose browser can hand them over, or not. */
async function placeOf(channels: 'auto' | 'page' | 'worker', takesChannels: unknown, can: boolean) {
  let asked = 0
  const transport = createPageTransport({
    signaling: broadcastSignaling({ room: 'place' }),
    loadMesh: async () => of => createPageMesh({ ...of, dial: fakeDial() }),
    ...pageParts,
    channels,
    handsChannelsOver: () => {
      asked += 1
      return can
    },
  })
  const b = replica(fakeDial(), 'place')
  const { port1, port2 } = new MessageChannel()
  ends.push(() => {
    transport.close()
    port2.close()
  })
  transport.attach(port1)
  port2.postMessage({ ...starts(alice), takesChannels })
  b.port.postMessage(starts(bob))
  await vi.waitFor(() => expect(transport.links()).toHaveLength(1))
  const place = transport.links()[0]?.channels
  transport.close()
  b.transport.close()
  return { place, asked }
}

test('RTC-25 frames go past the page where worker and browser can and nobody says otherwise', async () => {
  expect(await placeOf('auto', true, true)).toEqual({ place: 'worker', asked: 1 })
  expect(await placeOf('auto', true, false)).toEqual({ place: 'page', asked: 1 })
  expect(await placeOf('auto', false, true)).toEqual({ place: 'page', asked: 0 })
  expect(await placeOf('auto', undefined, true)).toEqual({ place: 'page', asked: 0 })
  expect(await placeOf('page', true, true)).toEqual({ place: 'page', asked: 0 })
  expect(await placeOf('worker', false, false)).toEqual({ place: 'worker', asked: 0 })
})

test("RTC-25 where the channels are the worker's, the page says nothing of who is up; what is no news is ignored", async () => {
  const dial = fakeDial()
  const [a, b] = [replica(dial, 'news'), replica(dial, 'news')]
  a.port.postMessage({ ...starts(alice), takesChannels: true })
  b.port.postMessage({ ...starts(bob), takesChannels: true })
  await vi.waitFor(() => expect([a.heard.length, b.heard.length]).toEqual([1, 1]))
  const [given] = a.heard
  if (given?.type !== 'channels') throw new Error('the page handed nothing over')
  const { connection } = given
  for (const news of [{ connection: -1 }, { connection: 'x' }, {}])
    a.port.postMessage({ type: 'opened', ...news })
  a.port.postMessage({ type: 'broken', connection })
  a.port.postMessage({ type: 'dropped', connection, frames: 'many' })
  a.port.postMessage({ type: 'opened', connection })
  a.port.postMessage({ type: 'dropped', connection, frames: 2 })
  await vi.waitFor(() => expect(a.transport.links()).toMatchObject([{ state: 'up', framesDropped: 2 }]))
  a.port.postMessage({ type: 'broken', connection, reason: 'the channel closed' })
  await vi.waitFor(() => expect(a.heard).toHaveLength(2))
  expect(a.transport.links()).toMatchObject([{ failures: 1, lastReason: 'the channel closed' }])
  const [, next] = a.heard
  expect(next?.type === 'channels' && next.connection > connection).toBe(true)
})

test('RTC-20 the package can be imported and a transport be made where there is no WebRTC', () => {
  const transport = webrtc({ signaling: broadcastSignaling({ room: 'node' }) })
  expect(transport.links()).toEqual([])
  transport.close()
})

test("RTC-18 a transport that is closed leaves its signaling in the same task, which may be the page's last", async () => {
  const leave = vi.fn()
  const dial = fakeDial()
  const b = replica(dial, 'leaving')
  const inner = broadcastSignaling({ room: 'leaving' })
  const a = createPageTransport({
    signaling: {
      ...inner,
      leave() {
        leave()
        inner.leave()
      },
    },
    loadMesh: async () => of => createPageMesh({ ...of, dial }),
    ...pageParts,
    channels: 'page',
    handsChannelsOver: () => false,
  })
  const { port1, port2 } = new MessageChannel()
  ends.push(() => port2.close())
  a.attach(port1)
  port2.postMessage(starts(alice))
  b.port.postMessage(starts(bob))
  await vi.waitFor(() => expect(a.links()).toMatchObject([{ state: 'up' }]))
  a.close()
  expect(leave).toHaveBeenCalled()
  await vi.waitFor(() => expect(b.heard.at(-1)).toMatchObject({ type: 'down', peer: alice.node }))
})
