import { expect, test } from 'vitest'
import { decisionsMax } from '../src/limits.ts'
import { percentiles } from '../src/load/load.ts'
import { DecisionLog } from '../src/log/log.ts'

const decisions = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ slot: from + index, session: from }))

test('DEMO-19 the log keeps the newest decisions first, each once, within its bound', () => {
  const log = new DecisionLog()
  log.add(decisions(1, 3), 0)
  log.add(decisions(2, 5), 10)
  expect(log.newestFirst.map(({ slot }) => slot)).toEqual([5, 4, 3, 2, 1])
  expect(log.sessionOf(5)).toBe(2)
  log.add(decisions(6, 5_000), 20)
  expect(log.newestFirst).toHaveLength(decisionsMax)
  expect(log.newestFirst.at(-1)?.slot).toBe(5_000 - decisionsMax + 1)
})

test('DEMO-20 the rate counts what came in the last two seconds', () => {
  const log = new DecisionLog()
  log.add(decisions(1, 100), 0)
  log.add(decisions(101, 200), 1_500)
  expect(log.rate(1_600)).toBe(100)
  expect(log.rate(2_500)).toBe(50)
  expect(log.rate(9_000)).toBe(0)
})

test('DEMO-21 latencies are told by rank', () => {
  expect(percentiles([5, 1, 3])).toEqual({ p50Ms: 3, p99Ms: 5 })
  expect(percentiles([])).toEqual({ p50Ms: 0, p99Ms: 0 })
})
