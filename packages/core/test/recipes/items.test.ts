import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byDueTime, byPriority, fifo, type ItemOrder, readyItems } from '../../src/recipes/items.ts'

const item = (order: ItemOrder, rank: number, sequence: number) =>
  `${order.keyOf(rank)}-7.1-${String(sequence).padStart(10, '0')}`
const [one, two, three] = [1, 2, 3].map(sequence => item(fifo, 0, sequence)) as [string, string, string]
const urgent = item(byPriority, 1, 9)
const usual = item(byPriority, 20, 2)
const soon = item(byDueTime, 1_000, 5)
const later = item(byDueTime, 2_000, 1)

describe('RECIPE-37 which item is next', () => {
  test.each<
    [string, ItemOrder, readonly string[], readonly string[], number, readonly string[], number | null]
  >([
    ['none', fifo, [], [], 0, [], null],
    ['the first', fifo, [three, one, two], [], 0, [one, two, three], null],
    ['not one that is worked on', fifo, [three, one, two], [one], 0, [two, three], null],
    ['nor what is no item', fifo, [one, 'turns'], ['gone'], 0, [one], null],
    ['the most urgent', byPriority, [usual, urgent], [], 0, [urgent, usual], null],
    ['none is due', byDueTime, [later, soon], [], 999, [], 1_000],
    ['one is due', byDueTime, [later, soon], [], 1_000, [soon], 2_000],
    ['all are due', byDueTime, [later, soon], [], 5_000, [soon, later], null],
    ['one that is due is worked on', byDueTime, [later, soon], [soon], 1_500, [], 2_000],
  ])('RECIPE-37 %s', (_, order, items, claims, nowMs, names, nextDueMs) => {
    expect(readyItems(order, items, claims, nowMs)).toEqual({ names, nextDueMs })
  })

  test('RECIPE-37 every item is ready once, or worked on, or not due; in order of rank, then of arrival', () => {
    const ranks = fc.array(fc.nat(50), { maxLength: 30 })
    fc.assert(
      fc.property(ranks, fc.nat(60), fc.array(fc.nat(29)), (all, nowMs, worked) => {
        const items = all.map((rank, sequence) => item(byDueTime, rank, sequence))
        const claims = worked.flatMap(index => items[index] ?? [])
        const { names, nextDueMs } = readyItems(byDueTime, items, claims, nowMs)
        const expected = all
          .map((rank, sequence) => ({ rank, sequence, name: items[sequence] ?? '' }))
          .filter(({ name }) => !claims.includes(name))
          .sort((x, y) => x.rank - y.rank || x.sequence - y.sequence)
        expect(names).toEqual(expected.filter(({ rank }) => rank <= nowMs).map(({ name }) => name))
        expect(nextDueMs).toBe(expected.find(({ rank }) => rank > nowMs)?.rank ?? null)
      }),
      { seed: 1 },
    )
  })
})
