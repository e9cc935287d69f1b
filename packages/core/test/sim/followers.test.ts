import { describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { drawPlan, runPlan } from '../../src/sim/index.ts'

/** With short histories clients have to begin anew now and then, with long ones they seldom do. */
const histories = [30, 10_000]

describe.each(engineNames)('%s', engine => {
  test('SIM-14 under faults those who follow the tree hear each change once, or begin anew', () => {
    let changes = 0
    let resyncs = 0
    for (let seed = 1; seed <= 12; seed++) {
      const followed = histories[seed % histories.length] ?? 30
      const result = runPlan({ ...drawPlan(seed, engine), followed })
      expect({ seed, failure: result.failure }).toEqual({ seed, failure: null })
      changes += result.followed.changes
      resyncs += result.followed.resyncs
    }
    expect(changes).toBeGreaterThan(5_000)
    expect(resyncs).toBeGreaterThan(10)
  })
})
