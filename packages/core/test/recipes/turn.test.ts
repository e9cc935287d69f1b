import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inOrder, kindOf, sequenceOf } from '../../src/recipes/order.ts'
import { type Decide, leaseTurn, lockTurn, readWriteTurn } from '../../src/recipes/turn.ts'

const name = (kind: string, sequence: number) => `${kind}-7.1-${String(sequence).padStart(10, '0')}`
const lock = (sequence: number) => name('lock', sequence)
const read = (sequence: number) => name('read', sequence)
const write = (sequence: number) => name('write', sequence)

/** A line of readers and writers in any order, as a list of children may show it, without the name where it stands in line. */
const lines = (kinds: readonly string[]) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...kinds), fc.nat(2_147_483_647)), {
      selector: ([, sequence]) => sequence,
      minLength: 1,
      maxLength: 20,
    })
    .map(all => all.map(([kind, sequence]) => name(kind, sequence)))

const holdersOf = (decide: Decide, line: readonly string[]) =>
  line.filter(each => decide(line, each).type === 'mine')

describe('RECIPE-1 names and places', () => {
  test.each([
    ['lock-7.1-0000000012', 12],
    ['0000000005-7.1-2147483647', 2_147_483_647],
    ['leases', null],
    ['lock-12', null],
    ['lock-00000000012', null],
    ['x0000000012', null],
  ])('RECIPE-1 the place of %s is %s', (each, place) => {
    expect(sequenceOf(each)).toBe(place)
  })

  test('RECIPE-1 the order is that of the sequence, whoever made it, and what has no place is left out', () => {
    expect(inOrder(['write-9.1-0000000003', 'turns', 'read-10.4-0000000001'])).toEqual([
      'read-10.4-0000000001',
      'write-9.1-0000000003',
    ])
    expect(kindOf('read-10.4-0000000001')).toBe('read')
  })
})

describe('RECIPE-2 one at a time', () => {
  test.each([
    ['alone', [lock(5)], lock(5), { type: 'mine' }],
    ['first', [lock(6), lock(5)], lock(5), { type: 'mine' }],
    ['behind one', [lock(6), lock(5)], lock(6), { type: 'after', name: lock(5) }],
    [
      'behind several, the nearest',
      [lock(1), lock(9), lock(6), lock(5)],
      lock(9),
      { type: 'after', name: lock(6) },
    ],
    ['among others', ['turns', lock(3)], lock(3), { type: 'mine' }],
    ['not there', [lock(1)], lock(2), { type: 'gone' }],
    ['nobody there', [], lock(2), { type: 'gone' }],
  ] as const)('RECIPE-2 %s', (_, names, own, turn) => {
    expect(lockTurn(names, own)).toEqual(turn)
  })

  test('RECIPE-2 in any line one has its turn, the first, and each is watched by one at most', () => {
    fc.assert(
      fc.property(lines(['lock']), line => {
        expect(holdersOf(lockTurn, line)).toEqual(inOrder(line).slice(0, 1))
        const watched = line.flatMap(own => {
          const turn = lockTurn(line, own)
          return turn.type === 'after' ? [turn.name] : []
        })
        expect(new Set(watched).size).toBe(watched.length)
        expect(watched).toHaveLength(line.length - 1)
      }),
      { seed: 1 },
    )
  })
})

describe('RECIPE-3 readers and writers', () => {
  test.each([
    ['a reader alone', [read(1)], read(1), { type: 'mine' }],
    ['a reader behind readers', [read(1), read(2), read(3)], read(3), { type: 'mine' }],
    ['a reader behind a writer', [write(1), read(2), read(3)], read(3), { type: 'after', name: write(1) }],
    [
      'a reader behind two writers, the nearest',
      [write(1), write(2), read(3)],
      read(3),
      { type: 'after', name: write(2) },
    ],
    ['a reader before a writer', [read(1), write(2)], read(1), { type: 'mine' }],
    ['a writer behind a reader', [read(1), write(2)], write(2), { type: 'after', name: read(1) }],
    ['a writer behind a writer', [write(1), write(2)], write(2), { type: 'after', name: write(1) }],
    ['a writer first', [write(1), read(2), write(3)], write(1), { type: 'mine' }],
    ['not there', [write(1)], read(2), { type: 'gone' }],
  ] as const)('RECIPE-3 %s', (_, names, own, turn) => {
    expect(readWriteTurn(names, own)).toEqual(turn)
  })

  test('RECIPE-3 in any line a writer holds alone, and whoever waits watches one that is before it', () => {
    fc.assert(
      fc.property(lines(['read', 'write']), line => {
        const holders = holdersOf(readWriteTurn, line)
        expect(holders.length).toBeGreaterThan(0)
        if (holders.some(each => kindOf(each) === 'write')) expect(holders).toHaveLength(1)
        const order = inOrder(line)
        for (const own of line) {
          const turn = readWriteTurn(line, own)
          if (turn.type === 'after') expect(order.indexOf(turn.name)).toBeLessThan(order.indexOf(own))
        }
      }),
      { seed: 1 },
    )
  })

  test('RECIPE-3 who may hold does so until it leaves, whoever else comes or goes', () => {
    fc.assert(
      fc.property(lines(['read', 'write']), fc.array(fc.nat(30)), (line, leaving) => {
        let present = [...line]
        let holders = holdersOf(readWriteTurn, present)
        for (const index of leaving) {
          const gone = present[index % present.length]
          present = present.filter(each => each !== gone)
          if (present.length === 0) return
          const next = holdersOf(readWriteTurn, present)
          for (const each of holders) if (each !== gone) expect(next).toContain(each)
          holders = next
        }
      }),
      { seed: 1 },
    )
  })
})

test('RECIPE-4 of a semaphore the first so many hold, and the one behind wakes whenever any leaves', () => {
  const line = [lock(4), lock(1), lock(3), lock(2)]
  expect(holdersOf(leaseTurn(2), line)).toEqual([lock(1), lock(2)])
  expect(leaseTurn(3)(line, lock(4))).toEqual({ type: 'afterAny' })
  expect(leaseTurn(4)(line, lock(4))).toEqual({ type: 'mine' })
  expect(leaseTurn(1)([], lock(4))).toEqual({ type: 'gone' })
})
