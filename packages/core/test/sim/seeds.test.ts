import { describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { type FaultName, faultNames, faultParts } from '../../src/sim/fault-parts.ts'
import { drawPlan, type Plan, runPlan, runSeed } from '../../src/sim/index.ts'
import { without } from '../../src/sim/plan.ts'
import { shrink } from '../../src/sim/shrink.ts'

/** Enough of them to meet every fault; `npm run sim` runs more. */
const seeds = Array.from({ length: 40 }, (_, index) => index + 1)

/** Its only replica is gone for ever. */
const hopeless: Plan = {
  ...drawPlan(1, 'multi-paxos', ['wipe']),
  founders: 1,
  wipes: { everyMs: 1_000, sparing: false },
  faultsMs: 5_000,
}

/** What the trace says where the fault happens; null: nothing. */
const signs: { readonly [fault in FaultName]: RegExp | null } = {
  loss: null,
  delay: null,
  repeat: null,
  reorder: null,
  partition: / partition (isolate|split|partial|hub)/,
  oneway: / partition (mute|deaf)/,
  partial: / never has a link/,
  crash: / crashes/,
  wipe: / loses its disk/,
  freeze: / freezes/,
  slowdisk: / has a slow disk/,
  churn: / is asked to change/,
  crowd: / feedFrom /,
  snapshot: / writes a snapshot/,
  clock: / (misses ticks|wall clock)/,
  farewell: null,
}

describe.each(engineNames)('%s', engine => {
  test('SIM-4 under faults every rule holds, and once healed everybody is answered and agrees', () => {
    const some = engine === 'multi-paxos' ? seeds : seeds.slice(0, 8)
    const failures = some.map(seed => runSeed(seed, engine)).filter(({ failure }) => failure !== null)
    expect(failures.map(({ plan: { seed }, failure }) => ({ seed, failure }))).toEqual([])
  }, 120_000)

  test('SIM-5 a seed is the same run each time', () => {
    for (const seed of [3, 7]) {
      const [first, second] = [runSeed(seed, engine), runSeed(seed, engine)]
      expect(second.hash).toBe(first.hash)
      expect(second.history).toEqual(first.history)
    }
    expect(runSeed(3, engine).hash).not.toBe(runSeed(7, engine).hash)
  })
})

describe('plans', () => {
  test('SIM-6 of forty seeds each fault is on in some and off in others, every size of ensemble occurs, none is as another', () => {
    const plans = seeds.map(seed => drawPlan(seed, 'multi-paxos'))
    for (const fault of faultNames)
      expect(new Set(plans.map(({ faults }) => faults.includes(fault))).size, fault).toBe(2)
    for (const part of ['stragglers', 'crashesAtWrite', 'blackouts', 'sleep', 'hunts', 'clockGaps'] as const)
      expect(new Set(plans.map(plan => Boolean(plan[part]))).size, part).toBe(2)
    expect(new Set(plans.map(({ founders }) => founders))).toEqual(new Set([1, 3, 5]))
    expect(new Set(plans.map(plan => JSON.stringify(plan))).size).toBe(seeds.length)
  })

  test('SIM-11 with named faults exactly those are on, in each seed, and draw what they draw among others', () => {
    const atRest = drawPlan(1, 'raft', [])
    expect(atRest).toMatchObject({
      faults: [],
      loss: 0,
      overtaken: null,
      wipes: null,
      churn: null,
      joiners: 0,
    })
    for (const fault of faultNames) {
      const plan = drawPlan(1, 'raft', [fault])
      expect(plan.faults).toEqual([fault])
      expect(without(plan, fault)).toEqual(atRest)
      const among = drawPlan(1, 'raft', faultNames)
      for (const part of Object.keys(faultParts[fault].off) as (keyof Plan)[])
        expect(among[part], fault).toEqual(plan[part])
    }
  })
})

test.each(faultNames)(
  'SIM-12 %s alone: it happens, and every rule holds',
  fault => {
    for (const engine of engineNames) {
      const { failure, trace } = runPlan(
        { ...drawPlan(2, engine, [fault]), founders: 3, encoded: false },
        true,
      )
      expect(failure, engine).toBeNull()
      const sign = signs[fault]
      if (sign !== null)
        expect(
          trace.some(line => sign.test(line)),
          engine,
        ).toBe(true)
    }
  },
  60_000,
)

test('SIM-7 a run of a second ends in time, with a history that clients made', () => {
  const quiet = {
    ...drawPlan(1, 'multi-paxos', []),
    faultsMs: 4_000,
  }
  const { failure, history, slots, trace } = runPlan(quiet, true)
  expect(failure).toBeNull()
  expect(slots).toBeGreaterThan(20)
  expect(history.some(({ type, f }) => type === 'ok' && f === 'read')).toBe(true)
  expect(trace.some(line => / steps leader/.test(line))).toBe(true)
})

test('SIM-8 an ensemble that cannot get a quorum is caught by the demand for progress', () => {
  expect(runPlan(hopeless).failure?.check).toBe('progress')
})

test('SIM-9 a failing plan is made smaller, and fails the same way', () => {
  const everything = drawPlan(1, 'multi-paxos', faultNames)
  const small = shrink({ ...everything, ...hopeless, faults: faultNames }, 'progress')
  expect(runPlan(small).failure?.check).toBe('progress')
  expect(small).toMatchObject({
    faults: ['wipe'],
    clients: 1,
    lanes: 1,
  })
})
