import { nodeId } from '@peerkeeper/core/transport'
import { expect, test, vi } from 'vitest'
import { broadcastSignaling } from '../src/page/index.ts'
import type { Dial } from '../src/page/link/dial.ts'
import { type MeasuredPath, measurePath } from '../src/page/link/measure-path.ts'
import { createPageMesh } from '../src/page/page-mesh.ts'
import { createPageTransport } from '../src/page/page-transport.ts'
import { fakeChannels, joinChannels } from './fake-page-channel.ts'
import { createWorld } from './fake-world.ts'
import { type MintedNode, mintNodes } from './identities.ts'
import { pageParts } from './page-parts.ts'

type Entry = Readonly<Record<string, unknown>>

/** What a browser would report of a connection. */
const reporting = (entries: Readonly<Record<string, Entry>>) =>
  ({ getStats: async () => new Map(Object.entries(entries)) }) as unknown as RTCPeerConnection

const pair = (ends: string, more: Entry = {}): Entry => {
  const [localCandidateId, remoteCandidateId] = ends.split(' ')
  return { type: 'candidate-pair', localCandidateId, remoteCandidateId, ...more }
}
const candidates = {
  l1: { type: 'local-candidate', candidateType: 'host' },
  l2: { type: 'local-candidate', candidateType: 'relay' },
  r1: { type: 'remote-candidate', candidateType: 'srflx' },
}

test('RTC-26 the pair that carries is found, however the browser marks it', async () => {
  const byTransport = {
    ...candidates,
    p1: pair('l1 r1', { nominated: true }),
    p2: pair('l2 r1', { nominated: true, currentRoundTripTime: 0.02 }),
    t: { type: 'transport', selectedCandidatePairId: 'p2' },
  }
  expect(await measurePath(reporting(byTransport))).toEqual({
    local: 'relay',
    remote: 'srflx',
    roundTripMs: 20,
  })
  const bySelected = { ...candidates, p1: pair('l2 r1'), p2: pair('l1 r1', { selected: true }) }
  expect(await measurePath(reporting(bySelected))).toEqual({
    local: 'host',
    remote: 'srflx',
    roundTripMs: undefined,
  })
  const byNominated = { ...candidates, p1: pair('l2 r1'), p2: pair('l1 r1', { nominated: true }) }
  expect((await measurePath(reporting(byNominated)))?.local).toBe('host')
})

test('RTC-26 where no pair carries, or its ends are not told, there is no path', async () => {
  expect(await measurePath(reporting({ ...candidates, p1: pair('l1 r1') }))).toBeUndefined()
  expect(await measurePath(reporting({ p1: pair('l1 r1', { selected: true }) }))).toBeUndefined()
})

test('RTC-26 a link that stands is measured, one by the relay is not', async () => {
  const world = createWorld()
  const [one] = [world.join('a'), world.join('b')]
  world.time.settle()
  const [direct] = one.mesh.links().values()
  expect(await direct?.measure()).toEqual({ local: 'host', remote: 'srflx', roundTripMs: 0 })

  const relayed = createWorld()
  relayed.relays = true
  const [two] = [relayed.join('a', { hasRtc: false }), relayed.join('b', { hasRtc: false })]
  await vi.waitFor(() => {
    relayed.time.settle()
    expect(two.mesh.links().get(nodeId('b'))?.path).toBe('relay')
  })
  expect(await two.mesh.links().get(nodeId('b'))?.measure()).toBeUndefined()
})

test('RTC-26 a transport leaves out what cannot be asked', async () => {
  const minted = (await mintNodes(2)) as [MintedNode, MintedNode]
  const measures: (() => Promise<MeasuredPath | undefined>)[] = [
    async () => ({ local: 'host', remote: 'host', roundTripMs: 1 }),
    () => Promise.reject(new Error('closed')),
  ]
  const made: ReturnType<typeof fakeChannels>[] = []
  const dialOf =
    (measure: () => Promise<MeasuredPath | undefined>): Dial =>
    (initiator, events) => {
      const channels = fakeChannels(true)
      const sdp = String(made.push(channels) - 1)
      if (initiator) queueMicrotask(() => events.signal({ type: 'offer', sdp }))
      return {
        ...channels,
        path: { explain: () => ({ code: 'Timeout', text: '' }), heard: async () => 0, measure },
        destroy: () => {},
        signal(signal) {
          if (signal.type === 'offer') return events.signal({ type: 'answer', sdp })
          const other = signal.type === 'answer' ? made[Number(signal.sdp)] : undefined
          if (other !== undefined) joinChannels(channels, other)
        },
      }
    }
  const transports = measures.map((measure, index) => {
    const transport = createPageTransport({
      signaling: broadcastSignaling({ room: 'measured' }),
      loadMesh: async () => of => createPageMesh({ ...of, dial: dialOf(measure) }),
      ...pageParts,
      channels: 'page',
      handsChannelsOver: () => false,
    })
    const { port1, port2 } = new MessageChannel()
    transport.attach(port1)
    port2.postMessage({ type: 'start', ensemble: 'e', ...minted[index] })
    return { transport, port: port2 }
  })
  const [a, b] = transports.map(({ transport }) => transport)
  await vi.waitFor(() => expect([a, b].map(each => each?.links()[0]?.state)).toEqual(['up', 'up']))
  expect(await a?.measure()).toEqual([
    { peer: minted[1].node, local: 'host', remote: 'host', roundTripMs: 1 },
  ])
  expect(await b?.measure()).toEqual([])
  for (const { transport, port } of transports) {
    transport.close()
    port.close()
  }
})
