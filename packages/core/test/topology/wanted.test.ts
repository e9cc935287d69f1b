import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type NodeId, nodeId } from '../../src/logic/base/ids.ts'
import { upstreamsWanted } from '../../src/logic/base/limits.ts'
import { ranked } from '../../src/logic/topology/rank.ts'
import { type Candidate, choose, wantedBy } from '../../src/logic/topology/wanted.ts'

const nodes = (count: number, prefix = 'n'): readonly NodeId[] =>
  Array.from({ length: count }, (_, index) => nodeId(`${prefix}${index}`))

const there = (list: readonly NodeId[], of: Partial<Candidate> = {}): readonly Candidate[] =>
  list.map(node => ({ node, link: 'down', failures: 0, ...of }))

const voters = nodes(5, 'v')
const [self = nodeId('x')] = voters
const observer = nodeId('o')

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,6}$/), { minLength: 1, maxLength: 12 })

describe('TOPO-1 whom a replica wants', () => {
  test('a voter: all other voters', () => {
    const { peers, count } = wantedBy(self, voters)
    expect([...peers].sort()).toEqual(voters.slice(1))
    expect(count).toBe(4)
  })

  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 3],
  ])('an observer of %i voters: %i of them', (voting, count) => {
    const wanted = wantedBy(observer, voters.slice(0, voting))
    expect(wanted.count).toBe(count)
    expect(wanted.peers).toHaveLength(voting)
    expect(choose(observer, wanted, there(voters.slice(0, voting)))).toHaveLength(count)
  })

  test('one that knows no voters: a few of whoever is there', () => {
    expect(wantedBy(observer, [])).toEqual({ peers: [], count: 0, others: upstreamsWanted })
  })
})

describe('TOPO-2 who is chosen of those that are there', () => {
  const wanted = wantedBy(observer, voters)
  const [first, second, third, fourth] = wanted.peers as [NodeId, NodeId, NodeId, NodeId]

  test('the first that are there; nobody else while one of them can be had', () => {
    expect(choose(observer, wanted, there([...nodes(9), ...voters]))).toEqual([first, second, third])
    const without = voters.filter(node => node !== second)
    expect(choose(observer, wanted, there(without))).toEqual([first, third, fourth])
  })

  test.each([
    ['not tried yet', {}, 0],
    ['failed', { failures: 1 }, 3],
    ['failed before, and up now', { failures: 1, link: 'up' as const }, 0],
  ])('the only one that is there, %s: %s, and %i others', (_, facts, others) => {
    const chosen = choose(observer, wanted, [...there([first], facts), ...there(nodes(9))])
    expect(chosen[0]).toBe(first)
    expect(chosen.slice(1)).toHaveLength(others)
  })

  test('where none is there others: those with a link stay, then those that are tried, then those that failed least', () => {
    const [a, b, c, d, e, f] = nodes(6) as [NodeId, NodeId, NodeId, NodeId, NodeId, NodeId]
    const list = [
      ...there([a], { failures: 2 }),
      ...there([f], { failures: 1, link: 'connecting' }),
      ...there([b], { link: 'connecting' }),
      ...there([c], { link: 'up' }),
      ...there([d], { failures: 1 }),
      ...there([e]),
    ]
    expect(choose(observer, wanted, list)).toEqual([c, b, e])
  })

  test('never itself, never anybody twice or who is not there', () => {
    fc.assert(
      fc.property(ids, ids, fc.constantFrom('up', 'connecting', 'down'), (present, voting, link) => {
        const [me = nodeId('x')] = present.map(nodeId)
        const list = there(present.map(nodeId), { link })
        const chosen = choose(me, wantedBy(me, voting.map(nodeId)), list)
        expect(chosen).not.toContain(me)
        expect(new Set(chosen).size).toBe(chosen.length)
        for (const node of chosen) expect(present).toContain(node)
      }),
      { seed: 6, numRuns: 300 },
    )
  })
})

describe('TOPO-3 choices by rendezvous', () => {
  test('one voter more or less changes one upstream at most', () => {
    fc.assert(
      fc.property(ids, fc.stringMatching(/^[a-z]{1,6}$/), (voting, who) => {
        const all = voting.map(nodeId)
        const firsts = (list: readonly NodeId[]) => ranked(who, list).slice(0, upstreamsWanted)
        const after = firsts(all.slice(1))
        expect(firsts(all).filter(node => !after.includes(node)).length).toBeLessThanOrEqual(1)
        expect(ranked(who, all.toReversed())).toEqual(ranked(who, all))
      }),
      { seed: 6, numRuns: 300 },
    )
  })

  test('forty observers of five voters: each voter is the upstream of about 24', () => {
    const loads = new Map<NodeId, number>()
    for (const each of nodes(40, 'observer'))
      for (const upstream of choose(each, wantedBy(each, voters), there(voters)))
        loads.set(upstream, (loads.get(upstream) ?? 0) + 1)
    expect([...loads.values()].reduce((sum, load) => sum + load)).toBe(120)
    for (const load of loads.values()) expect(Math.abs(load - 24)).toBeLessThan(10)
  })

  test('forty newcomers that know nobody make 120 links at most, and all of them hang together', () => {
    const all = nodes(40, 'newcomer')
    const links = all.flatMap(each =>
      choose(each, wantedBy(each, []), there(all)).map(to => [each, to] as const),
    )
    expect(links).toHaveLength(120)
    const met = new Set(all.slice(0, 1))
    for (let before = 0; before < met.size; ) {
      before = met.size
      for (const [a, b] of links) if (met.has(a) || met.has(b)) met.add(a).add(b)
    }
    expect(met.size).toBe(40)
  })
})
