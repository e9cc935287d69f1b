/** What every transport promises, as tests. A new one passes {@link transportContract} a way to make its network. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Transport, TransportEvent } from '../../src/host/transport/contract.ts'
import { ensembleId, nodeId } from '../../src/logic/base/ids.ts'
import { frameBytesMax } from '../../src/logic/base/limits.ts'
import { anyKey } from './any-key.ts'

export interface Network {
  /** A transport that can reach the others of this network. */
  transport(): Transport
  end(): void
}

export const ensemble = ensembleId('ensemble')

/** A started transport and all that it said. */
export class Tab {
  readonly transport: Transport
  readonly events: TransportEvent[] = []
  readonly #waiting = new Set<() => void>()

  constructor(transport: Transport, node: string, of = ensemble) {
    this.transport = transport
    transport.start({ node: nodeId(node), key: anyKey, ensemble: of }, event => {
      this.events.push(event)
      for (const check of [...this.#waiting]) check()
    })
  }

  /** The first event of this shape, already here or still to come. */
  event<T extends TransportEvent['type']>(
    type: T,
    peer: string,
    matches: (event: Extract<TransportEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<TransportEvent, { type: T }>> {
    type Wanted = Extract<TransportEvent, { type: T }>
    const find = () =>
      this.events.find(
        (event): event is Wanted => event.type === type && event.peer === peer && matches(event as Wanted),
      )
    return new Promise(resolve => {
      const check = () => {
        const found = find()
        if (found === undefined) return
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }

  frame(peer: string, first: number) {
    return this.event('frame', peer, ({ bytes }) => bytes[0] === first)
  }

  send(peer: string, ...bytes: number[]) {
    this.transport.send(nodeId(peer), 'control', Uint8Array.from(bytes))
  }
}

export const typesOf = (events: readonly TransportEvent[]) =>
  events.map(({ type, peer }) => `${type} ${peer}`)

export function transportContract(name: string, createNetwork: () => Network): void {
  describe(`${name}: transport contract`, () => {
    const tabs: Tab[] = []
    const networks: Network[] = []
    const network = () => {
      const made = createNetwork()
      networks.push(made)
      return made
    }
    const open = (on: Network, node: string, of = ensemble) => {
      const tab = new Tab(on.transport(), node, of)
      tabs.push(tab)
      return tab
    }
    const pair = async () => {
      const on = network()
      const [a, b] = [open(on, 'a'), open(on, 'b')]
      await Promise.all([a.event('up', 'b'), b.event('up', 'a')])
      return { on, a, b }
    }
    afterEach(() => {
      for (const tab of tabs.splice(0)) tab.transport.close()
      for (const each of networks.splice(0)) each.end()
    })

    it('TRANS-1 both sides are told of a connection once, whoever came first', async () => {
      const on = network()
      const a = open(on, 'a')
      const b = open(on, 'b')
      const c = open(on, 'c')
      await Promise.all([a.event('up', 'b'), a.event('up', 'c'), b.event('up', 'a'), b.event('up', 'c')])
      await Promise.all([c.event('up', 'a'), c.event('up', 'b')])
      for (const tab of [a, b, c]) expect(new Set(typesOf(tab.events)).size).toBe(2)
      for (const tab of [a, b, c]) expect(tab.events.length).toBe(2)
    })

    it('TRANS-2 start tells nothing before it returned', async () => {
      const on = network()
      open(on, 'b')
      const transport = on.transport()
      let returned = false
      const early: boolean[] = []
      const up = new Promise<void>(resolve => {
        transport.start({ node: nodeId('a'), key: anyKey, ensemble }, () => {
          early.push(!returned)
          resolve()
        })
        returned = true
      })
      await up
      expect(early[0]).toBe(false)
      transport.close()
    })

    it('TRANS-3 frames arrive whole, only at their receiver, with the number of their connection', async () => {
      const { on, a, b } = await pair()
      const c = open(on, 'c')
      await Promise.all([c.event('up', 'a'), a.event('up', 'c')])
      a.send('b', 1, 2, 3)
      a.send('c', 9)
      const up = await b.event('up', 'a')
      const frame = await b.frame('a', 1)
      expect(frame.bytes).toStrictEqual(Uint8Array.from([1, 2, 3]))
      expect(frame.connection).toBe(up.connection)
      await c.frame('a', 9)
      expect(c.events.filter(({ type }) => type === 'frame').length).toBe(1)
    })

    it('TRANS-4 the receiver owns the bytes of a frame, and only them, also when they were part of more', async () => {
      const { a, b } = await pair()
      const whole = Uint8Array.from([200, 201, 5, 6, 202])
      a.transport.send(nodeId('b'), 'bulk', whole.subarray(2, 4))
      const { bytes } = await b.frame('a', 5)
      expect(bytes).toStrictEqual(Uint8Array.from([5, 6]))
      // A transport may have had its own few bytes around them; none of the sender's.
      const around = Array.from(new Uint8Array(bytes.buffer))
      expect(around.filter(byte => byte >= 200)).toStrictEqual([])
      bytes[0] = 7
      expect(whole[2] ?? 5).toBe(5)
    })

    it('TRANS-5 a frame of the largest size arrives; a larger one is dropped and the connection stands', async () => {
      const { a, b } = await pair()
      a.transport.send(nodeId('b'), 'bulk', new Uint8Array(frameBytesMax + 1).fill(1))
      a.transport.send(nodeId('b'), 'bulk', new Uint8Array(frameBytesMax).fill(2))
      expect((await b.frame('a', 2)).bytes.length).toBe(frameBytesMax)
      expect(typesOf(b.events)).toStrictEqual(['up a', 'frame a'])
    })

    it('TRANS-6 a frame to nobody is dropped', async () => {
      const { a, b } = await pair()
      a.send('nobody', 1)
      a.send('a', 2)
      a.send('b', 3)
      await b.frame('a', 3)
      expect(typesOf(a.events)).toStrictEqual(['up b'])
      expect(typesOf(b.events)).toStrictEqual(['up a', 'frame a'])
    })

    it('TRANS-7 a transport that closes is down at its peers, and tells and sends nothing from then on', async () => {
      const { a, b } = await pair()
      a.transport.close()
      a.transport.close()
      const told = a.events.length
      const down = await b.event('down', 'a')
      expect(down.connection).toBe((await b.event('up', 'a')).connection)
      a.send('b', 1)
      b.send('a', 1)
      expect(a.events.length).toBe(told)
      expect(typesOf(b.events)).toStrictEqual(['up a', 'down a'])
    })

    it('TRANS-8 a peer that comes back has a higher connection number than before', async () => {
      const { on, a, b } = await pair()
      const before = await b.event('up', 'a')
      a.transport.close()
      await b.event('down', 'a')
      const again = open(on, 'a')
      const after = await b.event('up', 'a', ({ connection }) => connection !== before.connection)
      expect(after.connection).toBeGreaterThan(before.connection)
      await again.event('up', 'b')
      again.send('b', 7)
      expect((await b.frame('a', 7)).connection).toBe(after.connection)
    })

    it('TRANS-9 peers of another ensemble are not connected; both sides are told of the other ensemble, once', async () => {
      const { on, a, b } = await pair()
      const foreign = open(on, 'f', ensembleId('other'))
      const sibling = open(on, 'g', ensembleId('other'))
      await Promise.all([foreign.event('up', 'g'), sibling.event('up', 'f')])
      foreign.send('a', 1)
      a.send('f', 1)
      a.send('b', 2)
      await b.frame('a', 2)
      await Promise.all([a, b].map(tab => tab.event('foreign', 'f')))
      for (const tab of [foreign, sibling])
        await Promise.race(['a', 'b'].map(peer => tab.event('foreign', peer)))
      expect(typesOf(a.events)).toStrictEqual(['up b', 'foreign f'])
      expect(foreign.events.map(({ type }) => type).sort()).toStrictEqual(['foreign', 'up'])
      expect(await a.event('foreign', 'f')).toStrictEqual({
        type: 'foreign',
        peer: 'f',
        ensemble: 'other',
      })
    })

    it('TRANS-10 closing before start, and starting after closing, do nothing', () => {
      const transport = network().transport()
      transport.close()
      expect(() => new Tab(transport, 'a')).not.toThrow()
      expect(() => transport.send(nodeId('b'), 'control', new Uint8Array(1))).not.toThrow()
    })

    it('TRANS-11 sending bytes that were given away does not throw', async () => {
      const { a, b } = await pair()
      const bytes = Uint8Array.from([1])
      structuredClone(bytes, { transfer: [bytes.buffer] })
      expect(() => a.transport.send(nodeId('b'), 'control', bytes)).not.toThrow()
      a.send('b', 2)
      await b.frame('a', 2)
    })
  })
}
