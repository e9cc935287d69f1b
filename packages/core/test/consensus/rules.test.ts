import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type NodeId, nodeId, slot } from '../../src/logic/base/ids.ts'
import { compareBallots, nextBallot, noBallot } from '../../src/logic/consensus/ballot.ts'
import { changeMembership, type Membership } from '../../src/logic/consensus/membership.ts'
import { judgeAccept, judgePrepare } from '../../src/logic/consensus/paxos/acceptor.ts'
import { binding } from '../../src/logic/consensus/paxos/proposer.ts'
import { isQuorum, quorumSize, quorumSlot } from '../../src/logic/consensus/quorum.ts'
import { noop } from '../../src/logic/consensus/value.ts'
import { ballot, bytes } from './multi-paxos/table.ts'

const relations = [
  ['a lower counter', ballot(1, 'z'), -1],
  ['a lower node', ballot(2, 'a'), -1],
  ['the same ballot', ballot(2, 'b'), 0],
  ['a higher node', ballot(2, 'c'), 1],
  ['a higher counter', ballot(3, 'a'), 1],
] as const
const promised = ballot(2, 'b')

test.each(relations)('PAXOS-1 a prepare in %s', (_name, asked, relation) => {
  expect(compareBallots(asked, promised)).toBe(relation)
  const verdicts = { '-1': 'refuse', '0': 'repeat', '1': 'promise' } as const
  expect(judgePrepare(promised, asked)).toBe(verdicts[`${relation}`])
})

test.each(relations)('PAXOS-2 a proposal in %s', (_name, proposed, relation) => {
  expect(judgeAccept(promised, proposed)).toBe(relation < 0 ? 'refuse' : 'accept')
})

test.each(relations)(
  'PAXOS-3 a report from %s binds exactly when it is higher',
  (_name, reported, relation) => {
    const first = { ballot: promised, value: noop }
    const second = { ballot: reported, value: bytes('x') }
    expect(binding(undefined, second)).toBe(second)
    expect(binding(first, second)).toBe(relation > 0 ? second : first)
  },
)

test('PAXOS-4 the next ballot is above the one it follows, the node s own, and above none', () => {
  for (const [, before] of relations) {
    const next = nextBallot(before, nodeId('a'))
    expect(compareBallots(next, before)).toBe(1)
    expect(next.node).toBe('a')
  }
  expect(compareBallots(nextBallot(noBallot, nodeId('0')), noBallot)).toBe(1)
})

const names = fc.uniqueArray(fc.constantFrom(...'abcdefghi'), { minLength: 1, maxLength: 9 })
const voters = names.map(all => all.sort().map(nodeId))

test('QUORUM-1 a quorum is more than half of the voters, whoever else is there', () => {
  fc.assert(
    fc.property(voters, fc.subarray([...'abcdefghi']), (all, present) => {
      const has = (node: NodeId) => present.includes(node)
      let count = 0
      for (const node of all) if (has(node)) count++
      expect(isQuorum(all, has)).toBe(count > all.length / 2)
      expect(quorumSize(all)).toBeGreaterThan(all.length / 2)
      expect(quorumSize(all) - 1).toBeLessThanOrEqual(all.length / 2)
    }),
  )
  expect(isQuorum([], () => true)).toBe(false)
})

test('QUORUM-2 the slot of a quorum is the highest one that more than half of the voters have reached', () => {
  const reached = fc.array(fc.nat(12), { minLength: 9, maxLength: 9 })
  fc.assert(
    fc.property(voters, reached, (all, slots) => {
      const of = (node: NodeId) => slot(slots['abcdefghi'.indexOf(node)] ?? 0)
      let highest = 0
      for (let at = 0; at <= 12; at++) {
        let there = 0
        for (const node of all) if (of(node) >= at) there++
        if (2 * there > all.length) highest = at
      }
      expect(quorumSlot(all, of)).toBe(highest)
    }),
  )
})

test('QUORUM-3 after any one change every quorum of the new voters meets every quorum of the old ones', () => {
  const observers = fc.subarray([...'jkl']).map(all => all.map(nodeId))
  const change = fc.record({
    type: fc.constantFrom('addObserver', 'promote', 'remove'),
    node: fc.constantFrom(...'abcdefghijkl').map(nodeId),
  })
  fc.assert(
    fc.property(voters, observers, change, (all, others, asked) => {
      const old: Membership = { voters: all, observers: others }
      const changed = changeMembership(old, asked)
      if (!changed.ok) return
      const union = new Set([...old.voters, ...changed.value.voters])
      expect(quorumSize(old.voters) + quorumSize(changed.value.voters)).toBeGreaterThan(union.size)
    }),
  )
})
