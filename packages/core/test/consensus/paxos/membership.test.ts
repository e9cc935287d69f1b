import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import { paxosWindowSlots } from '../../../src/logic/base/limits.ts'
import type { Membership, MembershipChange } from '../../../src/logic/consensus/membership.ts'
import { Governance } from '../../../src/logic/consensus/paxos/governance.ts'
import { bytes, isOf, met, metWithJoiner, Table } from './help.ts'

const membership = (voters: string, observers = ''): Membership => ({
  voters: [...voters].map(nodeId),
  observers: [...observers].map(nodeId),
})

const change = (type: MembershipChange['type'], node: string) =>
  ({ type: 'changeMembership', change: { type, node: nodeId(node) } }) as const

function turns(table: Table, count: number, ...names: readonly string[]): void {
  for (let i = 0; i < count; i++)
    for (const name of names) {
      table.tick(name)
      table.settle()
    }
}

describe('governance', () => {
  test('PAXOS-18 a membership governs from a window after its own slot on', () => {
    const governance = new Governance(membership('abc', 'd'))
    expect(governance.chosen(slot(10), membership('abcd'))).toBe(true)
    expect(governance.at(slot(10 + paxosWindowSlots - 1))).toEqual(membership('abc', 'd'))
    expect(governance.at(slot(10 + paxosWindowSlots))).toEqual(membership('abcd'))
    expect(governance.latest).toEqual(membership('abcd'))
    expect(governance.isOpenAfter(slot(9))).toBe(false)
    expect(governance.isOpenAfter(slot(10))).toBe(true)
    expect(governance.isOpenAfter(slot(10 + paxosWindowSlots - 1))).toBe(false)
  })

  const windows = [
    ['within the window', paxosWindowSlots - 1, false],
    ['at its end', paxosWindowSlots, true],
    ['after it', paxosWindowSlots + 1, true],
  ] as const
  test.each(windows)('PAXOS-19 a change %s of another', (_name, distance, counts) => {
    const governance = new Governance(membership('abc', 'de'))
    governance.chosen(slot(10), membership('abcd', 'e'))
    expect(governance.chosen(slot(10 + distance), membership('abcde'))).toBe(counts)
    expect(governance.latest.voters).toHaveLength(counts ? 5 : 4)
  })

  const steps = [
    ['no voter', membership('abc', 'dx'), true],
    ['one voter more', membership('abcd'), true],
    ['one voter less', membership('ab'), true],
    ['one for another', membership('abd'), false],
    ['two voters more', membership('abcde'), false],
    ['all voters', membership(''), false],
  ] as const
  test.each(steps)('PAXOS-19 a change of %s', (_name, next, counts) => {
    const governance = new Governance(membership('abc', 'de'))
    expect(governance.chosen(slot(2), next)).toBe(counts)
  })

  test('PAXOS-20 the first slot holds the founding membership, which governs at once', () => {
    const governance = new Governance(membership(''))
    expect(governance.chosen(slot(1), membership('abc'))).toBe(true)
    expect(governance.at(slot(1))).toEqual(membership('abc'))
    expect(governance.isOpenAfter(slot(1))).toBe(false)
  })
})

test('PAXOS-18 PAXOS-20 a joiner is taken in, learns from the log, and votes once the window is filled', async () => {
  const table = metWithJoiner()
  table.input('a', change('addObserver', 'd'))
  table.settle()
  expect(table.status('a').membership).toEqual(membership('abc', 'd'))
  turns(table, 6, 'a', 'b', 'c', 'd')
  expect(table.status('d')).toMatchObject({ role: 'observer', chosenThrough: 1 + paxosWindowSlots })
  expect(table.status('a').changing).toBe(false)
  table.input('a', change('promote', 'd'))
  table.settle()
  turns(table, 6, 'a', 'b', 'c', 'd')
  expect(table.status('d')).toMatchObject({ role: 'follower', proposer: 'd' })
  table.part(['a'], ['b', 'c', 'd'])
  table.crash('b')
  table.propose('d', 'x')
  table.settle()
  expect(table.status('d').chosenThrough).toBe(1 + 2 * paxosWindowSlots)
  table.mend()
  turns(table, 12, 'a', 'c', 'd')
  expect(table.status('d').chosenThrough).toBeGreaterThan(1 + 2 * paxosWindowSlots)
  await expect(table.trace.replace(/( noop)+/g, ' noop..')).toMatchFileSnapshot('traces/join.txt')
})

test('PAXOS-19 of two changes that are proposed at once the one in the lower slot counts, at all replicas', async () => {
  const table = new Table(['a', 'b', 'c'], { joiners: ['d', 'e'] })
  table.meet('a', 'b', 'c')
  table.input('a', change('addObserver', 'd'))
  table.settle(isOf('accept'))
  table.say('b knows that a is at work in slot 2, and not at what')
  table.input('b', change('addObserver', 'e'))
  table.settle()
  expect(table.trace).toMatch(/b writes \d+\.b from 3: \{a,b,c; e\}/)
  turns(table, 8, 'a', 'b', 'c')
  for (const name of ['a', 'b', 'c']) {
    expect(table.status(name).membership).toEqual(membership('abc', 'd'))
    expect(table.trace).toMatch(new RegExp(`${name} decides 2=\\{a,b,c; d\\} 3=noop`))
  }
  await expect(
    table.trace.replace(/ noop noop[ noop]*/g, ' noop.. ').replace(/( \d+=noop){2,}/g, ' ..=noop'),
  ).toMatchFileSnapshot('traces/two-changes.txt')
})

test('PAXOS-20 an observer is told what is chosen and never counts', () => {
  const table = metWithJoiner()
  table.input('a', change('addObserver', 'd'))
  table.settle()
  turns(table, 6, 'a', 'b', 'c', 'd')
  const before = table.status('d').chosenThrough
  table.propose('b', 'x')
  const heard = new Set<string>()
  table.settle(({ to, message }) => {
    if (to === 'd') heard.add(message.type)
    return false
  })
  expect([...heard]).toEqual(['learned'])
  expect(table.status('d').chosenThrough).toBe(before + 1)
  table.crash('a')
  table.crash('b')
  table.propose('c', 'y')
  table.settle()
  expect(table.status('c').chosenThrough).toBe(before + 1)
})

test('PAXOS-17 nobody proposes further than a window beyond what it knows as chosen', () => {
  const table = met('a', 'b', 'c')
  const commands = Array.from({ length: 1_000 }, (_, index) => bytes(`x${index}`))
  table.input('a', { type: 'propose', commands })
  for (let count = 0; table.letters.length > 0 && count < 5_000; count++) {
    const [letter] = table.letters.splice(0, 1)
    if (letter === undefined) break
    const { message } = letter
    if (message.type === 'prepare')
      expect(message.last).toBeLessThanOrEqual(table.status(letter.from).chosenThrough + paxosWindowSlots)
    table.deliver(letter)
  }
  expect(table.status('c').chosenThrough).toBe(1_001)
})

test('PAXOS-24 a change waits while another is under way, and where none can be proposed', () => {
  const table = metWithJoiner()
  expect(table.status('a').changing).toBe(false)
  table.input('a', change('addObserver', 'd'))
  expect(table.status('a').changing).toBe(true)
  table.settle(({ message }) => message.type === 'prepare' && message.first > 2)
  expect(table.status('c').chosenThrough).toBe(2)
  expect(table.status('c').changing).toBe(true)
  turns(table, 8, 'a', 'b', 'c')
  expect(table.status('c').changing).toBe(false)
  table.part(['c'], ['a', 'b'])
  turns(table, 30, 'c')
  expect(table.status('c')).toMatchObject({ changing: true, proposer: null, doer: null })
})

test('PAXOS-23 within the window of a change no snapshot is kept: it would not say who governs', () => {
  const table = metWithJoiner()
  table.input('a', change('addObserver', 'd'))
  table.settle(isOf('accept'))
  turns(table, 6, 'a', 'b', 'c')
  expect(table.status('a').chosenThrough).toBe(1 + paxosWindowSlots)
  table.compact('a', 5)
  expect(table.disk('a').snapshot).toBeNull()
  table.compact('a', 1 + paxosWindowSlots)
  expect(table.disk('a').snapshot?.through).toBe(1 + paxosWindowSlots)
})
