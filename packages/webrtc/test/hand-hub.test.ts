import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import type { Peer } from '../src/page/signaling/contract.ts'
import { createHub, type Hub, type Neighbour } from '../src/page/signaling/hand/hub.ts'
import type { PresenceMessage } from '../src/page/signaling/presence.ts'
import { handHopsMax, handPeersMax } from '../src/wire/limits.ts'
import { createDice } from './random.ts'

const peer = (instance: string): Peer => ({
  node: nodeId(`n-${instance}`),
  ensemble: ensembleId('e'),
  instance,
})

/** Hubs with lines between them; what is told waits in each line until it is carried. */
function createNet() {
  interface Place {
    readonly hub: Hub
    readonly present: Set<string>
    readonly heard: string[]
  }
  interface Line {
    readonly ends: readonly [string, string]
    readonly neighbours: readonly [Neighbour, Neighbour]
    readonly waiting: { readonly to: 0 | 1; readonly message: PresenceMessage }[]
  }
  const places = new Map<string, Place>()
  const lines: Line[] = []
  let carried = 0

  function add(name: string, joins = true): Place {
    const present = new Set<string>()
    const heard: string[] = []
    const place = { hub: createHub(), present, heard }
    places.set(name, place)
    if (joins) join(name)
    return place
  }

  function join(name: string): void {
    const { hub, present, heard } = at(name)
    hub.join(peer(name), event => {
      switch (event.type) {
        case 'peer':
          expect(event.peer.instance).not.toBe(name)
          present.add(event.peer.instance)
          return
        case 'left':
          expect(present.delete(event.instance)).toBe(true)
          return
        case 'signal':
          expect(present.has(event.from.instance)).toBe(true)
          heard.push(`${event.from.instance}: ${event.data}`)
      }
    })
  }

  function at(name: string): Place {
    const place = places.get(name)
    if (place === undefined) throw new Error(name)
    return place
  }

  function meet(a: string, b: string): Line {
    const waiting: Line['waiting'] = []
    const line: Line = {
      ends: [a, b],
      // What the first tells goes to the second.
      neighbours: [
        { tell: message => waiting.push({ to: 1, message }) },
        { tell: message => waiting.push({ to: 0, message }) },
      ],
      waiting,
    }
    lines.push(line)
    at(a).hub.opened(line.neighbours[0])
    at(b).hub.opened(line.neighbours[1])
    return line
  }

  function cut(line: Line): void {
    lines.splice(lines.indexOf(line), 1)
    at(line.ends[0]).hub.ended(line.neighbours[0])
    at(line.ends[1]).hub.ended(line.neighbours[1])
  }

  function carry(line: Line): void {
    const next = line.waiting.shift()
    if (next === undefined) return
    carried += 1
    at(line.ends[next.to]).hub.heard(line.neighbours[next.to], next.message)
  }

  function settle(): void {
    for (let left = 200_000; left > 0; left--) {
      const line = lines.find(({ waiting }) => waiting.length > 0)
      if (line === undefined) return
      carry(line)
    }
    throw new Error('it never comes to rest')
  }

  return {
    add,
    join,
    at,
    meet,
    cut,
    carry,
    settle,
    lines: lines as readonly Line[],
    carriedSoFar: () => carried,
    presentAt: (name: string) => [...at(name).present].sort().join(' '),
  }
}

test('SIG-23 who met one hears of all whom that one met, and signals go through in order', () => {
  const net = createNet()
  for (const name of ['a', 'b', 'c', 'd']) net.add(name)
  for (const name of ['a', 'b', 'c']) net.meet(name, 'd')
  net.settle()
  expect(['a', 'b', 'c', 'd'].map(net.presentAt)).toEqual(['b c d', 'a c d', 'a b d', 'a b c'])
  for (const n of [1, 2, 3]) net.at('a').hub.send('b', `text ${n}`)
  net.at('a').hub.send('d', 'direct')
  net.at('a').hub.send('nobody', 'lost')
  net.at('a').hub.send('a', 'lost')
  net.settle()
  expect(net.at('b').heard).toEqual(['a: text 1', 'a: text 2', 'a: text 3'])
  expect(net.at('d').heard).toEqual(['a: direct'])
  expect([...net.at('a').heard, ...net.at('c').heard]).toEqual([])
})

test('SIG-23 who joins after devices met is told of all, and all of it', () => {
  const net = createNet()
  net.add('a', false)
  net.add('b')
  net.add('c', false)
  net.meet('a', 'b')
  net.meet('b', 'c')
  net.settle()
  expect([net.presentAt('a'), net.presentAt('b')]).toEqual(['', ''])
  net.at('a').hub.send('b', 'too early')
  net.join('a')
  net.settle()
  net.join('c')
  net.settle()
  expect(['a', 'b', 'c'].map(net.presentAt)).toEqual(['b c', 'a c', 'a b'])
  expect(net.at('b').heard).toEqual([])
})

test('SIG-23 in a chain, so many may stand between two and no more; when one goes, those behind it have left', () => {
  const net = createNet()
  const names = Array.from({ length: handHopsMax + 3 }, (_, index) => `p${index}`)
  for (const name of names) net.add(name)
  const chain = names.slice(1).map((name, index) => net.meet(names[index] ?? '', name))
  net.settle()
  expect(net.presentAt('p0')).toBe(names.slice(1, handHopsMax + 2).join(' '))
  net.at('p0').hub.send(`p${handHopsMax + 1}`, 'as far as it goes')
  net.settle()
  expect(net.at(`p${handHopsMax + 1}`).heard).toEqual(['p0: as far as it goes'])
  const [first] = chain
  if (first === undefined) throw new Error('no chain')
  net.cut(first)
  net.settle()
  expect([net.presentAt('p0'), net.presentAt('p1')]).toEqual(['', names.slice(2, handHopsMax + 3).join(' ')])
})

test('SIG-23 whoever meets and parts, in whatever order it is told: at rest each hears of exactly those within reach', () => {
  for (let seed = 0; seed < 30; seed++) {
    const dice = createDice(seed)
    const net = createNet()
    const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const
    for (const name of names) net.add(name)
    for (let step = 0; step < 400; step++) {
      const line = net.lines[dice.below(Math.max(1, net.lines.length))]
      switch (dice.below(12)) {
        case 0: {
          const [a, b] = [dice.pick(names), dice.pick(names)]
          if (a !== b && net.lines.length < 8) net.meet(a, b)
          break
        }
        case 1:
          if (line !== undefined && dice.below(3) === 0) net.cut(line)
          break
        case 2:
          net.at(dice.pick(names)).hub.send(dice.pick(names), `${step}`)
          break
        default:
          if (line !== undefined) net.carry(line)
      }
    }
    net.settle()
    for (const name of names) expect(net.presentAt(name), `seed ${seed}`).toBe(reach(name).join(' '))
    for (const name of names) for (const other of reach(name)) net.at(name).hub.send(other, `to ${other}`)
    net.settle()
    for (const name of names)
      for (const other of reach(name))
        expect(net.at(other).heard, `seed ${seed}`).toContain(`${name}: to ${other}`)

    function reach(from: string): string[] {
      const found = new Map([[from, 0]])
      for (const [name, distance] of found)
        for (const { ends } of net.lines)
          for (const [a, b] of [ends, [ends[1], ends[0]]] as const)
            if (a === name && !found.has(b) && distance <= handHopsMax) found.set(b, distance + 1)
      found.delete(from)
      return [...found.keys()].sort()
    }
  }
})

test('SIG-24 a device tells of so many peers and no more; a signal from one that it did not tell of is dropped', () => {
  const hub = createHub()
  const told: PresenceMessage[] = []
  const neighbour: Neighbour = { tell: message => told.push(message) }
  const present = new Set<string>()
  const heard: string[] = []
  hub.opened(neighbour)
  hub.join(peer('me'), event => {
    if (event.type === 'peer') present.add(event.peer.instance)
    else if (event.type === 'signal') heard.push(event.data)
  })
  for (let n = 0; n < 1_000; n++) hub.heard(neighbour, { type: 'here', from: peer(`p${n}`), hops: n % 3 })
  expect(present.size).toBe(handPeersMax)
  hub.heard(neighbour, { type: 'here', from: peer('me'), hops: 0 })
  hub.heard(neighbour, { type: 'here', from: peer('p0'), hops: handHopsMax + 1 })
  expect(present.has('me')).toBe(false)
  const signal = (from: string, to: string, hops = 0) =>
    hub.heard(neighbour, { type: 'signal', from: peer(from), to, data: `${from} ${to}`, hops })
  signal('p1', 'me')
  signal('stranger', 'me')
  signal('me', 'me')
  signal('p1', 'p2')
  signal('p1', 'nobody')
  expect(heard).toEqual(['p1 me'])
  expect(told.map(message => message.type)).toEqual(['here'])
  hub.ended(neighbour)
  hub.heard(neighbour, { type: 'here', from: peer('late'), hops: 0 })
  signal('p1', 'me')
  expect([present.has('late'), heard.length]).toEqual([false, 1])
})
