import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, entryOf, roundOf, roundText, stayingOf } from '../../src/recipes/round.ts'

const member = (sequence: number) => `in-7.1-${String(sequence).padStart(10, '0')}`
const [a, b, c, d] = [member(1), member(2), member(3), member(4)] as const

describe('RECIPE-29 who enters', () => {
  test.each<[string, readonly string[], readonly string[], Entry]>([
    ['too few', [], [a], { type: 'wait' }],
    ['enough', [], [b, a], { type: 'open', round: [a, b] }],
    ['more than enough: the first of them', [], [c, a, b], { type: 'open', round: [a, b] }],
    ['in the round', [a, b], [a, b], { type: 'entered' }],
    ['in the round, whoever left', [a, b], [a], { type: 'entered' }],
    ['the round before is not over', [c, d], [a, b, c, d], { type: 'after', name: d }],
    ['the round before is over', [c, d], [a, b], { type: 'open', round: [a, b] }],
  ])('RECIPE-29 %s', (_, round, present, entry) => {
    expect(entryOf(round, present, a, 2)).toEqual(entry)
  })

  test('RECIPE-29 a round is written and read as it is', () => {
    expect(roundOf(new TextEncoder().encode(roundText([a, b])))).toEqual([a, b])
    expect(roundOf(new Uint8Array())).toEqual([])
    expect(stayingOf([a, b], [a, b], a)).toBe(b)
    expect(stayingOf([a, b], [a, c], a)).toBeNull()
  })

  test('RECIPE-29 whoever comes and goes, each round is opened whole, of those who are there, and after the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(9), { maxLength: 60 }), (size, choices) => {
        let round: readonly string[] = []
        let present: string[] = []
        let next = 0
        for (const choice of choices) {
          if (choice < 5 || present.length === 0) present.push(member(next++))
          else present = present.filter((_, index) => index !== choice % present.length)
          for (const own of present) {
            const entry = entryOf(round, present, own, size)
            if (entry.type === 'after')
              expect([round.includes(entry.name), entry.name]).toEqual([true, expect.any(String)])
            if (entry.type !== 'open') continue
            expect(entry.round).toHaveLength(size)
            for (const name of entry.round) expect(present).toContain(name)
            for (const name of round) expect(present).not.toContain(name)
            round = entry.round
          }
          // Whoever waits waits for somebody: one of a round that goes on, or more to come.
          for (const own of present)
            if (entryOf(round, present, own, size).type === 'wait')
              expect(present.filter(name => !round.includes(name)).length).toBeLessThan(size)
        }
      }),
      { seed: 1 },
    )
  })
})
