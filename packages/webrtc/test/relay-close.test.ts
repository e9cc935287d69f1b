/** The whole way of what is handed over last: worker, port, page, sealing, socket, server, and the same way up at the peer. */
import type { PageToWorker } from '@peerkeeper/core/transport'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { webSocketSignaling } from '../src/page/index.ts'
import { createPageMesh } from '../src/page/page-mesh.ts'
import { createPageTransport } from '../src/page/page-transport.ts'
import { hearOutMs, relayFlushMs } from '../src/wire/limits.ts'
import { type MintedNode, mintNodes } from './identities.ts'
import { pageParts } from './page-parts.ts'
import { atEnd, eventually, start } from './server-client.ts'

const openSocket = (url: string) => new NodeWebSocket(url) as unknown as WebSocket

const [alice, bob] = (await mintNodes(2)) as [MintedNode, MintedNode]

afterEach(() => void vi.restoreAllMocks())

/** A worker's port at a page that has no WebRTC. */
function replica(url: string, minted: MintedNode) {
  const transport = createPageTransport({
    signaling: webSocketSignaling({ url, room: 'room', openSocket }),
    loadMesh: async () => createPageMesh,
    ...pageParts,
    channels: 'page',
    handsChannelsOver: () => false,
  })
  const { port1, port2: port } = new MessageChannel()
  const log: string[] = []
  port.onmessage = ({ data }: MessageEvent<PageToWorker>) =>
    log.push(data.type === 'frame' ? `frame ${data.bytes[0]} of ${data.bytes.length}` : data.type)
  atEnd(() => {
    transport.close()
    port.close()
  })
  transport.attach(port1)
  port.postMessage({ type: 'start', ensemble: 'e', ...minted })
  return { transport, port, log }
}

async function pair() {
  const { url } = await start()
  const [a, b] = [replica(url, alice), replica(url, bob)]
  await eventually(() => expect([a.log, b.log]).toEqual([['up'], ['up']]))
  return { a, b }
}

/** Both lanes, and more than one letter: 40,000 bytes are three. */
function handOver({ port }: ReturnType<typeof replica>): void {
  const send = (lane: string, bytes: Uint8Array) =>
    port.postMessage({ type: 'send', peer: bob.node, lane, bytes })
  send('control', Uint8Array.of(1))
  send('bulk', new Uint8Array(40_000).fill(2))
  send('control', Uint8Array.of(3))
}

const all = ['down', 'frame 1 of 1', 'frame 2 of 40000', 'frame 3 of 1', 'up']

test.each([
  ['the worker says so', ['close'], false],
  ['the worker says so, and the page in the same task', ['close'], true],
  ['the page says so, and the worker is gone', [], true],
] as const)(
  'RELAY-7 when a transport closes because %s, what was handed over before arrives',
  async (_, worker, page) => {
    const { a, b } = await pair()
    handOver(a)
    for (const type of worker) a.port.postMessage({ type })
    if (page) a.transport.close()
    await eventually(() => expect(b.log.toSorted()).toEqual(all))
    expect(b.log.at(-1)).toBe('down')
    await a.transport.ended
  },
)

test('RELAY-7 it arrives also where sealing takes a while', async () => {
  const { a, b } = await pair()
  const encrypt = crypto.subtle.encrypt.bind(crypto.subtle)
  vi.spyOn(crypto.subtle, 'encrypt').mockImplementation(async (...args) => {
    await new Promise(resolve => setTimeout(resolve, relayFlushMs / 2))
    return encrypt(...args)
  })
  handOver(a)
  a.transport.close()
  await eventually(() => expect(b.log.toSorted()).toEqual(all))
})

test('RELAY-7 what cannot be sealed keeps nobody from leaving, a second after it closed at the latest', async () => {
  expect(hearOutMs + relayFlushMs).toBeLessThan(1_000)
  const { a, b } = await pair()
  vi.spyOn(crypto.subtle, 'encrypt').mockImplementation(() => new Promise(() => undefined))
  handOver(a)
  a.transport.close()
  await a.transport.ended
  expect(a.transport.links()).toEqual([])
  // The relay is gone with the one who left.
  await eventually(() => expect(b.log).toEqual(['up', 'down']))
})

test('RELAY-5 a letter that cannot be sealed ends the attempt, and another is made', async () => {
  const { a, b } = await pair()
  vi.spyOn(crypto.subtle, 'encrypt').mockRejectedValueOnce(new Error('no entropy'))
  a.port.postMessage({ type: 'send', peer: bob.node, lane: 'control', bytes: Uint8Array.of(1) })
  await eventually(() =>
    expect([a.log, b.log]).toEqual([
      ['up', 'down', 'up'],
      ['up', 'down', 'up'],
    ]),
  )
  expect(a.transport.links()).toMatchObject([{ lastReason: 'no entropy' }])
  handOver(a)
  await eventually(() => expect(b.log).toHaveLength(6))
})
