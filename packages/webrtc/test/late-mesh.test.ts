import { ensembleId, nodeId, type Wanted } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { lateMesh } from '../src/page/late-mesh.ts'
import type { PageMesh, PageMeshOptions } from '../src/page/page-mesh.ts'
import type { Peer, SignalingEvent } from '../src/page/signaling/contract.ts'
import { earlySignalsMax, instancesMax, loadQuietlyMs, reconnectMsMin } from '../src/wire/limits.ts'

const peer = (name: string, ensemble = 'e'): Peer => ({
  node: nodeId(name),
  ensemble: ensembleId(ensemble),
  instance: `${name}-1`,
})
const here = (of: Peer): SignalingEvent => ({ type: 'peer', peer: of })
const said = (from: Peer, data: string): SignalingEvent => ({ type: 'signal', from, data })
const [self, a, b] = [peer('self'), peer('a'), peer('b')]

/** A late mesh whose loading a test decides, and what the mesh was told and asked. */
function setup() {
  const time = createFakeTime()
  const log: string[] = []
  const world = { loads: 0, error: undefined as Error | undefined }
  let tell: (event: SignalingEvent) => void = () => undefined
  const options: PageMeshOptions = {
    self,
    signaling: {
      join(_, sink) {
        tell = sink
      },
      send: () => undefined,
      leave: () => log.push('leave'),
    },
    timers: time,
    afterTask: time.afterTask,
    random: () => 1,
    isInWorker: false,
    post: () => undefined,
  }
  const create = ({ signaling }: PageMeshOptions): PageMesh => {
    signaling.join(self, event => {
      if (event.type === 'peer') log.push(`peer ${event.peer.node}`)
      if (event.type === 'left') log.push(`left ${event.instance}`)
      if (event.type === 'signal') log.push(`${event.from.node}: ${event.data}`)
    })
    return {
      links: () => [],
      measure: async () => [],
      want: ({ count }: Wanted) => log.push(`want ${count}`),
      send: to => log.push(`send ${to}`),
      lastWords: to => log.push(`words ${to}`),
      hear: ({ type }) => log.push(type),
      wake: hint => log.push(`wake ${hint}`),
      farewell: () => log.push('farewell'),
      close: async () => void log.push('close'),
    }
  }
  const mesh = lateMesh(options, async () => {
    world.loads += 1
    if (world.error !== undefined) throw world.error
    return create
  })
  const settle = async () => {
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve()
  }
  return { time, log, world, mesh, settle, tell: (event: SignalingEvent) => tell(event) }
}

test('RTC-28 what makes links is loaded when somebody is there, once; who came and what they said meanwhile is kept', async () => {
  const { log, world, mesh, settle, tell } = setup()
  tell(here(self))
  mesh.want({ peers: [], count: 3, others: 0 })
  await settle()
  expect(world.loads).toBe(0)
  for (const event of [here(a), said(a, 'offer'), here(b), said(b, 'offer'), said(a, 'candidate')])
    tell(event)
  expect(mesh.links()).toMatchObject([
    { peer: 'a', state: 'connecting', lastReason: undefined },
    { peer: 'b', state: 'connecting' },
  ])
  tell({ type: 'left', instance: b.instance })
  await settle()
  expect(log).toEqual(['want 3', 'peer a', 'a: offer', 'a: candidate'])
  tell(said(a, 'later'))
  mesh.send(a.node, 'control', new Uint8Array())
  mesh.lastWords(a.node, new Uint8Array())
  mesh.wake('woke')
  mesh.hear({ type: 'opened', connection: 1 })
  mesh.farewell()
  await mesh.close()
  expect(log.slice(4)).toEqual(['a: later', 'send a', 'words a', 'wake woke', 'opened', 'farewell', 'close'])
  expect(world.loads).toBe(1)
})

test('RTC-28 it is loaded ten seconds later where nobody comes, and not at all when the transport is closed by then', async () => {
  const { time, world, settle } = setup()
  time.advance(loadQuietlyMs - 1)
  expect(world.loads).toBe(0)
  time.advance(1)
  await settle()
  expect(world.loads).toBe(1)
  const closed = setup()
  await closed.mesh.close()
  closed.time.advance(2 * loadQuietlyMs)
  closed.tell(here(a))
  expect([closed.world.loads, closed.log]).toEqual([0, ['leave']])
  expect(closed.mesh.links()).toEqual([])
})

test('RTC-29 what cannot be loaded is tried again after 0.5 s, doubled, and links say why; what was said meanwhile is too old', async () => {
  const { time, log, world, mesh, settle, tell } = setup()
  world.error = new Error('offline')
  tell(here(a))
  tell(said(a, 'too old'))
  await settle()
  const [link] = mesh.links()
  expect(link).toMatchObject({ peer: 'a', state: 'down', failures: 1, reasonCode: 'NotLoaded' })
  expect(link?.lastReason).toMatch(/could not be loaded: Error: offline/)
  time.advance(reconnectMsMin)
  await settle()
  time.advance(2 * reconnectMsMin - 1)
  expect(world.loads).toBe(2)
  world.error = undefined
  tell(said(a, 'offer'))
  time.advance(1)
  await settle()
  expect([world.loads, log]).toEqual([3, ['peer a', 'a: offer']])
})

test('RTC-29 one that is closed is loaded no more, whatever was under way', async () => {
  const { time, log, world, mesh, settle, tell } = setup()
  tell(here(a))
  await mesh.close()
  await settle()
  const failing = setup()
  failing.world.error = new Error('offline')
  failing.tell(here(a))
  await settle()
  failing.mesh.farewell()
  failing.time.advance(60_000)
  await settle()
  time.advance(60_000)
  expect([log, world.loads, failing.log, failing.world.loads]).toEqual([['leave'], 1, ['leave'], 1])
})

test('RTC-28 what is kept meanwhile is bounded', async () => {
  const { log, mesh, settle, tell } = setup()
  for (let count = 0; count < 2 * instancesMax; count += 1) tell(here(peer(`p${count}`)))
  for (let count = 0; count < 2 * earlySignalsMax; count += 1) tell(said(peer('p0'), `${count}`))
  expect(mesh.links()).toHaveLength(instancesMax)
  await settle()
  expect(log).toHaveLength(instancesMax + earlySignalsMax)
})
