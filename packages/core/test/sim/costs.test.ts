import { describe, expect, test } from 'vitest'
import { electionTimeoutTicksMax, tickMs } from '../../src/logic/base/limits.ts'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import { commitCosts, recoveryCosts } from '../../src/sim/costs/costs.ts'

/** For `n` voters, by the papers: message delays and flushes one after the other, and messages of a commit. */
const theory: { readonly [name in EngineName]: (n: number) => Readonly<Record<string, number>> } = {
  'multi-paxos': n => ({ delays: 2, delaysToAll: 3, flushes: 1, flushesToAll: 1, messages: 3 * (n - 1) }),
  raft: n => ({ delays: 2, delaysToAll: 3, flushes: 1, flushesToAll: 1, messages: 3 * (n - 1) }),
  zab: n => ({ delays: 2, delaysToAll: 3, flushes: 1, flushesToAll: 1, messages: 3 * (n - 1) }),
  paxos: n => ({ delays: 4, delaysToAll: 5, flushes: 2, flushesToAll: 2, messages: 5 * (n - 1) }),
}
const cases = (Object.keys(theory) as EngineName[]).flatMap(name =>
  [3, 5, 7].map(voters => [name, voters] as const),
)

describe('what a commit costs', () => {
  test.each(cases)(
    'COST-1 %s with %i voters takes the delays, flushes and messages that theory gives it',
    (name, voters) => {
      expect(commitCosts(name, voters)).toMatchObject(theory[name](voters))
    },
  )

  test.each(cases)('COST-2 %s with %i voters carries many commands in few messages', (name, voters) => {
    const { messages, batchedMessages, batchedBytes } = commitCosts(name, voters)
    expect(batchedMessages).toBeLessThanOrEqual(messages / 32)
    expect(batchedBytes).toBeLessThan((voters - 1) * 115)
  })
})

describe('what a death costs', () => {
  test.each(cases)(
    'COST-3 %s with %i voters commits again within two election timeouts, at once where it is told',
    (name, voters) => {
      expect(recoveryCosts(name, voters, false).maxMs).toBeLessThanOrEqual(
        2 * electionTimeoutTicksMax * tickMs,
      )
      expect(recoveryCosts(name, voters, true).maxMs).toBeLessThanOrEqual(500)
    },
  )

  test('COST-4 without a leader nobody waits for an election', () => {
    for (const voters of [3, 5, 7])
      expect(recoveryCosts('paxos', voters, false).maxMs).toBeLessThanOrEqual(500)
  })
})
