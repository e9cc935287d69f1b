import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import { combineSignaling, type Peer, type Signaling, type SignalingEvent } from '../src/page/index.ts'
import { createDice } from './random.ts'
import { recorder } from './recorder.ts'

const peer = (instance: string): Peer => ({ node: nodeId('n'), ensemble: ensembleId('e'), instance })

/** A way of signaling that tells what it is told to. */
function fakeWay(relays: readonly string[] = []) {
  const sent: string[] = []
  const joined: string[] = []
  let sink: (event: SignalingEvent) => void = () => {}
  let left = 0
  const way: Signaling = {
    join(self, to) {
      joined.push(self.instance)
      sink = to
    },
    send: (instance, data) => sent.push(`${instance} ${data}`),
    relay: {
      reaches: instance => relays.includes(instance),
      send: (instance, bytes) => sent.push(`${instance} ${bytes.join()}`),
      waiting: () => relays.length,
    },
    leave() {
      left += 1
    },
  }
  return {
    way,
    sent,
    joined,
    here: (instance: string) => sink({ type: 'peer', peer: peer(instance) }),
    gone: (instance: string) => sink({ type: 'left', instance }),
    signal: (instance: string, data: string) => sink({ type: 'signal', from: peer(instance), data }),
    bytes: (instance: string, bytes: Uint8Array) => sink({ type: 'relayed', instance, bytes }),
    left: () => left,
  }
}

test('SIG-11 a peer that several ways tell of is one, there until the last lost it, written to by the first', () => {
  const [tabs, server] = [fakeWay(), fakeWay()]
  const both = combineSignaling([tabs.way, server.way])
  const { heard } = recorder(both, 'me')

  server.here('x')
  both.send('x', '1')
  tabs.here('x')
  both.send('x', '2')
  server.gone('x')
  expect(heard).toEqual(['peer x', 'peer x'])
  both.send('x', '3')
  server.here('x')
  both.send('x', '4')
  server.gone('x')
  tabs.gone('x')
  tabs.gone('x')
  both.send('x', '5')
  expect(heard).toEqual(['peer x', 'peer x', 'peer x', 'left x'])
  expect([server.sent, tabs.sent]).toEqual([
    ['x 1', 'x 2'],
    ['x 3', 'x 4'],
  ])

  server.signal('y', 'hello')
  both.send('y', '6')
  expect(heard.at(-1)).toBe('signal y: hello')
  expect(server.sent.at(-1)).toBe('y 6')
  both.leave()
  both.leave()
  tabs.here('z')
  both.send('y', '7')
  expect([tabs.left(), server.left(), heard.length, server.sent.length]).toEqual([1, 1, 5, 3])
})

test('SIG-12 ways are added and removed while it runs; who was there only by a removed one counts as left', () => {
  const [tabs, server, other, late] = [fakeWay(), fakeWay(), fakeWay(), fakeWay()]
  const all = combineSignaling([tabs.way])
  all.add(server.way)
  expect(server.joined).toEqual([])
  const { heard } = recorder(all, 'me')
  expect([tabs.joined, server.joined]).toEqual([['me'], ['me']])
  all.add(other.way)
  all.add(other.way)
  expect(other.joined).toEqual(['me'])

  server.here('x')
  server.here('y')
  other.here('y')
  all.remove(server.way)
  all.remove(server.way)
  expect(server.left()).toBe(1)
  expect(heard).toEqual(['peer x', 'peer y', 'peer y', 'left x'])
  // What a removed way still says is of no account.
  server.here('x')
  server.gone('y')
  all.send('y', '1')
  expect([other.sent, server.sent]).toEqual([['y 1'], []])
  expect(heard).toHaveLength(4)

  all.leave()
  all.add(late.way)
  all.remove(other.way)
  expect([tabs.left(), other.left(), server.left(), late.joined]).toEqual([1, 1, 1, []])
})

test('SIG-16 of several ways bytes go by the first that brings them to their peer', () => {
  const [tabs, server, other] = [fakeWay(), fakeWay(['a', 'b']), fakeWay(['a'])]
  const all = combineSignaling([tabs.way, server.way, other.way])
  const { heard } = recorder(all, 'me')
  for (const way of [other, tabs, server]) way.here('a')
  for (const way of [tabs, server]) way.here('b')
  tabs.here('c')
  expect(['a', 'b', 'c', 'd'].map(instance => all.relay?.reaches(instance))).toEqual([
    true,
    true,
    false,
    false,
  ])
  for (const instance of ['a', 'b', 'c', 'd']) all.relay?.send(instance, Uint8Array.of(1, 2))
  expect([tabs.sent, server.sent, other.sent]).toEqual([[], ['b 1,2'], ['a 1,2']])
  expect(all.relay?.waiting('b')).toBe(2)
  other.gone('a')
  all.relay?.send('a', Uint8Array.of(3))
  expect(server.sent).toEqual(['b 1,2', 'a 3'])
  server.bytes('b', Uint8Array.of(7))
  expect(heard).toEqual(['peer a', 'peer a', 'peer a', 'peer b', 'peer b', 'peer c', 'bytes b: 7'])
})

test('SIG-12 whatever ways say, come and go: a peer is announced exactly while one of them tells of it', () => {
  const dice = createDice(12)
  const ways = [fakeWay(), fakeWay(), fakeWay()] as const
  const all = combineSignaling([])
  const told = new Set<string>()
  all.join(peer('me'), event => {
    if (event.type === 'left') expect(told.delete(event.instance)).toBe(true)
    if (event.type === 'peer') told.add(event.peer.instance)
    if (event.type === 'signal') told.add(event.from.instance)
  })
  const inUse = new Set<(typeof ways)[number]>()
  const reach = new Map(ways.map(way => [way, new Set<string>()]))
  for (let step = 0; step < 5_000; step += 1) {
    const way = dice.pick(ways)
    const instance = dice.pick(['x', 'y', 'z'])
    switch (dice.below(8)) {
      case 0:
        all.add(way.way)
        inUse.add(way)
        break
      case 1:
        all.remove(way.way)
        inUse.delete(way)
        reach.get(way)?.clear()
        break
      case 2:
      case 3:
        way.gone(instance)
        reach.get(way)?.delete(instance)
        break
      case 4:
        way.signal(instance, 'text')
        if (inUse.has(way)) reach.get(way)?.add(instance)
        break
      case 5:
      case 6:
        way.here(instance)
        if (inUse.has(way)) reach.get(way)?.add(instance)
        break
      case 7:
        all.send(instance, `${step}`)
        expect(ways.filter(each => each.sent.at(-1) === `${instance} ${step}`)).toHaveLength(
          told.has(instance) ? 1 : 0,
        )
    }
    expect([...told].sort()).toEqual([...new Set([...reach.values()].flatMap(each => [...each]))].sort())
  }
})
