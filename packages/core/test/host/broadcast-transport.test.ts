import { afterEach, describe, expect, it } from 'vitest'
import { broadcastTransport } from '../../src/host/transport/broadcast.ts'
import { frameBytesMax } from '../../src/logic/base/limits.ts'
import { anyKey } from './any-key.ts'
import { ensemble, Tab, transportContract, typesOf } from './transport-contract.ts'

let rooms = 0

transportContract('broadcast', () => {
  const room = `contract-${++rooms}`
  return { transport: () => broadcastTransport({ room }), end: () => {} }
})

describe('broadcast transport', () => {
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  const open = (room: string, node: string) => {
    const tab = new Tab(broadcastTransport({ room }), node)
    ends.push(() => tab.transport.close())
    return tab
  }

  /** Speaks on the channel as another tab would, word by word. */
  function stranger(room: string) {
    const channel = new BroadcastChannel(`peerkeeper:${room}`)
    ends.push(() => channel.close())
    const heard: Record<string, unknown>[] = []
    const waiting: ((message: Record<string, unknown>) => void)[] = []
    channel.onmessage = event => {
      const message = (event as MessageEvent<Record<string, unknown>>).data
      heard.push(message)
      for (const wake of waiting.splice(0)) wake(message)
    }
    return {
      heard,
      next: () => new Promise<Record<string, unknown>>(resolve => waiting.push(resolve)),
      say: (message: unknown) => channel.postMessage(message),
      hello: (node: string, from: string) =>
        channel.postMessage({ type: 'hello', ensemble, node, from, to: null }),
    }
  }

  it('TRANS-12 a hello to all is answered by one to its sender, and that one is not answered', async () => {
    const room = `room-${++rooms}`
    const x = stranger(room)
    const a = open(room, 'a')
    const hello = await x.next()
    expect(hello).toMatchObject({ type: 'hello', ensemble, node: 'a', to: null })
    x.hello('x', 'one')
    expect(await x.next()).toMatchObject({ type: 'hello', from: hello['from'], to: 'one' })
    x.say({ type: 'hello', ensemble, node: 'x', from: 'one', to: hello['from'] })
    x.say({ type: 'frame', ensemble, node: 'x', from: 'one', to: hello['from'], bytes: Uint8Array.of(1) })
    await a.frame('x', 1)
    expect(x.heard.length).toBe(2)
    expect(typesOf(a.events)).toStrictEqual(['up x', 'frame x'])
  })

  it('TRANS-13 a peer that restarted without goodbye is down, then up; its old instance is not heard', async () => {
    const room = `room-${++rooms}`
    const x = stranger(room)
    const a = open(room, 'a')
    const to = (await x.next())['from']
    const frame = (from: string, byte: number) =>
      x.say({ type: 'frame', ensemble, node: 'x', from, to, bytes: Uint8Array.of(byte) })
    x.hello('x', 'one')
    x.hello('x', 'two')
    frame('one', 1)
    x.say({ type: 'bye', ensemble, node: 'x', from: 'one' })
    frame('two', 2)
    const { connection } = await a.frame('x', 2)
    expect(typesOf(a.events)).toStrictEqual(['up x', 'down x', 'up x', 'frame x'])
    expect(a.events.map(event => 'connection' in event && event.connection)).toStrictEqual([
      1,
      1,
      2,
      connection,
    ])
  })

  it('TRANS-13 a frame from an instance that is not known is dropped and asked about', async () => {
    const room = `room-${++rooms}`
    const x = stranger(room)
    const a = open(room, 'a')
    const to = (await x.next())['from']
    x.say({ type: 'frame', ensemble, node: 'x', from: 'one', to, bytes: Uint8Array.of(1) })
    expect(await x.next()).toMatchObject({ type: 'hello', from: to, to: null })
    expect(a.events).toStrictEqual([])
  })

  it('TRANS-14 what is no message, or is for another instance, is ignored', async () => {
    const room = `room-${++rooms}`
    const x = stranger(room)
    const a = open(room, 'a')
    const to = (await x.next())['from']
    const stamp = { ensemble, node: 'x', from: 'one' }
    for (const message of [
      null,
      'hello',
      [],
      {},
      { type: 'hello', ...stamp, to: 7 },
      { type: 'hello', ...stamp, node: 'no id!', to: null },
      { type: 'hello', ...stamp, ensemble: 'other', to: 'another' },
      { type: 'bye', ...stamp, ensemble: 'other' },
      { type: 'frame', ...stamp, ensemble: 'other', to, bytes: Uint8Array.of(9) },
      { type: 'hello', ...stamp, to: 'another' },
      { type: 'hello', ...stamp, node: 'a', to: null },
      { type: 'other', ...stamp },
    ])
      x.say(message)
    x.hello('x', 'one')
    x.say({ type: 'frame', ...stamp, to, bytes: 'text' })
    x.say({ type: 'frame', ...stamp, to: 'another', bytes: Uint8Array.of(1) })
    x.say({ type: 'frame', ...stamp, to, bytes: new Uint8Array(frameBytesMax + 1) })
    x.say({ type: 'bye', ...stamp, from: 'another' })
    x.say({ type: 'frame', ...stamp, to, bytes: Uint8Array.of(2) })
    await a.frame('x', 2)
    expect(typesOf(a.events)).toStrictEqual(['up x', 'frame x'])
  })

  it('TRANS-15 a sink that closes its transport hears no more of the message that made it do so', async () => {
    const room = `room-${++rooms}`
    const x = stranger(room)
    const transport = broadcastTransport({ room })
    const seen: string[] = []
    const downed = new Promise<void>(resolve => {
      transport.start({ node: 'a' as never, key: anyKey, ensemble }, event => {
        seen.push(event.type)
        if (event.type !== 'down') return
        transport.close()
        resolve()
      })
    })
    await x.next()
    x.hello('x', 'one')
    x.hello('x', 'two')
    await downed
    expect(seen).toStrictEqual(['up', 'down'])
  })
})
