import { describe, expect, test } from 'vitest'
import { type NodeId, nodeId, slot } from '../../src/logic/base/ids.ts'
import { hintAgainTicks, hintTicks, thirdSilentTicksMax } from '../../src/logic/base/limits.ts'
import { Neighbours } from '../../src/logic/topology/neighbours.ts'

const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId]
const hint = (linked: readonly NodeId[], voters: readonly NodeId[] = [], through = 0) => ({
  linked,
  voters,
  through: slot(through),
})
const members = (voters: readonly NodeId[], observers: readonly NodeId[] = [], through = 1) => ({
  voters,
  observers,
  through: slot(through),
})

function neighboursOf(self: NodeId, ...links: readonly NodeId[]): Neighbours {
  const neighbours = new Neighbours(self)
  for (const link of links) neighbours.link(link)
  return neighbours
}

/** In which of the next `ticks` who is told. */
const told = (neighbours: Neighbours, ticks: number): readonly string[] =>
  Array.from({ length: ticks }, (_, index) => [index + 1, neighbours.tick()] as const)
    .filter(([, whom]) => whom.length > 0)
    .map(([at, whom]) => `${at}: ${whom}`)

describe('TOPO-9 what a replica tells its neighbours, and when', () => {
  test('at once when it has one, again when something changes, but not each time, and now and then in any case', () => {
    const neighbours = neighboursOf(a, b)
    expect(told(neighbours, 3)).toEqual(['1: b'])
    neighbours.link(c)
    neighbours.link(d)
    neighbours.unlink(d)
    expect(told(neighbours, hintTicks)).toEqual([`${hintTicks - 2}: b,c`])
    expect(told(neighbours, hintAgainTicks + hintTicks)).toEqual([`${hintAgainTicks - 2}: b,c`])
  })

  test('what it tells: its links, and who votes as of when, by its own log or by what is newer', () => {
    const neighbours = neighboursOf(a, b, c)
    expect(neighbours.hint).toEqual(hint([b, c]))
    neighbours.hear(b, hint([], [d], 0))
    expect(neighbours.hint).toEqual(hint([b, c], [d], 0))
    neighbours.learn(members([b, c], [], 5))
    neighbours.hear(b, hint([], [d, e], 3))
    expect(neighbours.hint).toEqual(hint([b, c], [b, c], 5))
    neighbours.hear(c, hint([], [d, e], 7))
    expect(neighbours.hint).toEqual(hint([b, c], [d, e], 7))
    neighbours.hear(b, hint([], [b], 6))
    expect(neighbours.hint).toEqual(hint([b, c], [d, e], 7))
    expect([...neighbours.wanted.peers].sort()).toEqual([d, e])
  })

  test('the same voters as of a later slot are no news', () => {
    const neighbours = neighboursOf(a, b)
    neighbours.learn(members([a, b]))
    told(neighbours, 1)
    for (let through = 2; through < 20; through++) {
      neighbours.learn(members([a, b], [], through))
      neighbours.hear(b, hint([a], [a, b], through + 100))
      expect(told(neighbours, 1)).toEqual([])
    }
  })
})

describe('TOPO-10 whom a replica reaches by a third', () => {
  test('those that it has business with, as long as a neighbour says that it is linked with them', () => {
    const neighbours = neighboursOf(a, b)
    neighbours.learn(members([a, b, c], [d, e]))
    expect(neighbours.reached).toEqual([])
    neighbours.hear(b, hint([a, c, d]))
    expect(neighbours.reached).toEqual([c, d])
    expect(neighbours.thirdFor(c)).toBe(b)
    neighbours.link(c)
    expect(neighbours.reached).toEqual([d])
    neighbours.unlink(b)
    expect(neighbours.reached).toEqual([])
  })

  test('an observer no observers', () => {
    const neighbours = neighboursOf(d, b)
    neighbours.learn(members([a, b, c], [d, e]))
    neighbours.hear(b, hint([a, c, d, e]))
    expect(neighbours.reached).toEqual([a, c])
    expect(neighbours.isVoter).toBe(false)
  })

  test('what was said before a link broke, or by one without a link, counts for nothing', () => {
    const neighbours = neighboursOf(a, b)
    neighbours.learn(members([a, b, c]))
    neighbours.hear(d, hint([c]))
    neighbours.hear(b, hint([c]))
    neighbours.unlink(b)
    neighbours.link(b)
    expect(neighbours.reached).toEqual([])
  })

  test('one that is heard goes before one that is silent, which goes before nobody', () => {
    const neighbours = neighboursOf(a, b, d)
    neighbours.learn(members([a, b, c], [d]))
    neighbours.hear(b, hint([c]))
    neighbours.hear(d, hint([c]))
    expect(neighbours.thirdFor(c)).toBe(b)
    told(neighbours, thirdSilentTicksMax)
    neighbours.heard(d)
    expect(neighbours.thirdFor(c)).toBe(d)
    neighbours.unlink(d)
    expect(neighbours.thirdFor(c)).toBe(b)
  })
})
