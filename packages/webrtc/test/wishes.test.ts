import { nodeId, type Wanted } from '@peerkeeper/core/transport'
import { describe, expect, test } from 'vitest'
import {
  askMsMin,
  connectTimeoutMs,
  gatherMs,
  redialMsMax,
  reviewMs,
  unwantedMs,
} from '../src/wire/limits.ts'
import { encodeLinkSignal } from '../src/wire/link-signal.ts'
import { createWorld, type Replica, type World } from './fake-world.ts'

const only = (...peers: readonly string[]): Wanted => ({
  peers: peers.map(nodeId),
  count: peers.length,
  others: 0,
})
const nobody = only()
const some: Wanted = { peers: [], count: 0, others: 3 }

const linked = ({ mesh }: Replica) => [...mesh.links()].map(([node, { state }]) => `${node} ${state}`)

/** Replicas that want what is said, of those who come after them, too. */
function worldOf(wishes: Readonly<Record<string, Wanted>>): {
  world: World
  replicas: Record<string, Replica>
} {
  const world = createWorld()
  const replicas: Record<string, Replica> = {}
  for (const [node, wanted] of Object.entries(wishes)) {
    const replica = world.join(node)
    replica.mesh.want(wanted)
    replicas[node] = replica
  }
  world.time.settle()
  return { world, replicas }
}

function pair(wishes: { readonly a: Wanted; readonly b: Wanted }) {
  const { world, replicas } = worldOf(wishes)
  const { a, b } = replicas as { a: Replica; b: Replica }
  return { world, a, b }
}

describe('TOPO-6 a link comes about where one of the two wants it, whoever dials', () => {
  test.each([
    ['the one who dials', { a: only('b'), b: nobody }, true],
    ['the one who answers', { a: nobody, b: only('a') }, true],
    ['both', { a: only('b'), b: only('a') }, true],
    ['nobody', { a: nobody, b: nobody }, false],
  ])('%s', (_, wishes, isLinked) => {
    const { world, a, b } = pair(wishes)
    expect([a.log, b.log]).toEqual(isLinked ? [['up b'], ['up a']] : [[], []])
    expect(world.attempts.filter(({ node }) => node === 'a')).toHaveLength(isLinked ? 1 : 0)
    expect(a.mesh.isWanted(nodeId('b'))).toBe(wishes.a.count > 0)
  })

  test('one who answers asks again where its asking is lost', () => {
    const { world, a, b } = pair({ a: nobody, b: nobody })
    world.losesSignals = true
    b.mesh.want(only('a'))
    world.time.advance(askMsMin - 1)
    world.losesSignals = false
    world.time.advance(1)
    expect([a.log, b.log]).toEqual([['up b'], ['up a']])
    const asked = () => world.sent.filter(({ data }) => data === encodeLinkSignal({ type: 'ask' })).length
    const before = asked()
    world.time.advance(redialMsMax)
    expect(asked()).toBe(before)
  })

  test.each([
    ['the one who dials', { a: only('b'), b: nobody }],
    ['the one who answers', { a: nobody, b: only('a') }],
  ])('one that breaks comes back while %s wants it', (_, wishes) => {
    const { world, a, b } = pair(wishes)
    world.attempts[0]?.fail('ICE failed')
    world.attempts[1]?.fail('ICE failed')
    world.time.advance(redialMsMax)
    expect([a.log, b.log]).toEqual([
      ['up b', 'down b', 'up b'],
      ['up a', 'down a', 'up a'],
    ])
  })
})

describe('TOPO-7 a link that neither side wants is closed after a grace, and stays closed', () => {
  const wishes = { a: only('b'), b: only('a') }

  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ] as const)('%s gives it up first', (first, second) => {
    const { world, ...both } = pair(wishes)
    both[first].mesh.want(nobody)
    world.time.advance(3 * unwantedMs)
    expect(linked(both[first])).toEqual([`${second} up`])
    both[second].mesh.want(nobody)
    world.time.advance(unwantedMs - 1)
    expect(both[first].log).toHaveLength(1)
    world.time.advance(2 * unwantedMs)
    expect([both.a.log, both.b.log]).toEqual([
      ['up b', 'down b'],
      ['up a', 'down a'],
    ])
    const begun = world.attempts.length
    world.time.advance(10 * redialMsMax)
    expect(world.attempts).toHaveLength(begun)
    expect([linked(both.a), linked(both.b)]).toEqual([[], []])
  })

  test('one that is wanted again within the grace was never down', () => {
    const { world, a, b } = pair(wishes)
    for (let count = 0; count < 20; count++) {
      a.mesh.want(nobody)
      b.mesh.want(nobody)
      world.time.advance(unwantedMs - 1)
      a.mesh.want(only('b'))
      world.time.advance(1)
      expect([a.log, b.log]).toEqual([['up b'], ['up a']])
    }
  })

  test('whoever wants it does not let itself be talked out of it', () => {
    const { world, a, b } = pair(wishes)
    const data = encodeLinkSignal({ type: 'release' })
    world.tell(a.peer.instance, { type: 'signal', from: b.peer, data })
    world.time.advance(3 * unwantedMs)
    a.mesh.want(nobody)
    world.tell(a.peer.instance, { type: 'signal', from: b.peer, data })
    world.time.advance(unwantedMs - 1)
    expect([a.log, b.log]).toEqual([['up b'], ['up a']])
  })

  test('one that never came up is forgotten, and made again when it is asked for', () => {
    const { world, a } = pair({ a: nobody, b: only('a') })
    world.attempts[0]?.fail('gone')
    world.blocksConnections = true
    world.time.advance(connectTimeoutMs + unwantedMs)
    expect(a.log).toEqual(['up b', 'down b'])
    world.blocksConnections = false
    world.time.advance(2 * redialMsMax + connectTimeoutMs)
    expect(a.log).toEqual(['up b', 'down b', 'up b'])
  })
})

describe('TOPO-8 those who know nobody try others, a few at a time', () => {
  test('forty that come at once make 120 links at most, each at least three', () => {
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`)
    const { world, replicas } = worldOf(Object.fromEntries(names.map(name => [name, some])))
    world.time.advance(2 * unwantedMs + redialMsMax)
    const counts = names.map(name => replicas[name]?.mesh.links().size ?? 0)
    expect(counts.reduce((sum, count) => sum + count) / 2).toBeLessThanOrEqual(120)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3)
    expect(world.attempts.filter(({ initiator }) => initiator).length).toBeLessThan(400)
  })

  test('where those who were tried cannot be connected the next are', () => {
    const world = createWorld()
    world.blocksConnections = true
    const one = world.join('a')
    one.mesh.want(some)
    const others = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map(node => world.join(node))
    for (const { mesh } of others) mesh.want(nobody)
    world.time.advance(gatherMs)
    const tried = () => new Set(world.attempts.filter(({ initiator }) => !initiator).map(({ node }) => node))
    expect(tried().size).toBe(3)
    world.time.advance(4 * (connectTimeoutMs + reviewMs))
    expect(tried().size).toBe(8)
  })
})
