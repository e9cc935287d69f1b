import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type NodeId, nodeId } from '../../src/logic/base/ids.ts'
import { concernOf, type Neighbour, passBy } from '../../src/logic/topology/passage.ts'

const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId]

const neighbour = (node: NodeId, linked: readonly NodeId[], of: Partial<Neighbour> = {}): Neighbour => ({
  node,
  linked: new Set(linked),
  isFresh: true,
  isVoter: true,
  ...of,
})

describe('TOPO-4 by whom a frame goes', () => {
  test.each<[string, readonly Neighbour[], NodeId | null]>([
    ['nobody is a neighbour', [], null],
    ['nobody is linked with the peer', [neighbour(c, [d])], null],
    ['the peer itself is asked for the way to itself', [neighbour(b, [b])], null],
    ['one is linked with it', [neighbour(c, [d]), neighbour(d, [a, b])], d],
    [
      'one is heard, a voter is silent',
      [neighbour(c, [b], { isFresh: false }), neighbour(d, [b], { isVoter: false })],
      d,
    ],
    ['one votes', [neighbour(c, [b], { isVoter: false }), neighbour(d, [b])], d],
    ['all that could are silent', [neighbour(c, [b], { isFresh: false })], c],
  ])('%s', (_, neighbours, expected) => {
    expect(passBy(a, b, neighbours)).toBe(expected)
  })

  test('a pair has one third for both ways, in whatever order the neighbours are known', () => {
    const all = [c, d, e].map(node => neighbour(node, [a, b]))
    expect(passBy(b, a, all.toReversed())).toBe(passBy(a, b, all))
  })

  test('pairs are spread over those who could', () => {
    const peers = Array.from({ length: 60 }, (_, index) => nodeId(`peer${index}`))
    const all = [c, d, e].map(node => neighbour(node, peers))
    const loads = [c, d, e].map(node => peers.filter(peer => passBy(a, peer, all) === node).length)
    for (const load of loads) expect(Math.abs(load - 20)).toBeLessThan(10)
  })

  test('always by a neighbour that says it is linked with the peer, where there is one', () => {
    const some = fc.uniqueArray(fc.constantFrom(b, c, d, e))
    const any = fc.record({
      node: fc.constantFrom(b, c, d, e),
      linked: some,
      isFresh: fc.boolean(),
      isVoter: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(any), raw => {
        const all = raw.map(({ node, linked, ...rest }) => neighbour(node, linked, rest))
        const could = all.filter(({ node, linked }) => node !== b && linked.has(b)).map(({ node }) => node)
        const chosen = passBy(a, b, all)
        if (could.length === 0) expect(chosen).toBeNull()
        else expect(could).toContain(chosen)
      }),
      { seed: 6, numRuns: 300 },
    )
  })
})

test.each([
  ['a voter', a, [b, c, d]],
  ['an observer', c, [a, b]],
  ['one that is no member', e, [a, b]],
])('TOPO-5 %s has business with these', (_, self, expected) => {
  expect(concernOf(self, [a, b], [c, d])).toEqual(expected)
})
