import { describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engines.ts'
import { drawPlan, runPlan, runSeed } from '../../src/sim/index.ts'
import { shrink } from '../../src/sim/shrink.ts'

/** Enough of them to meet every fault; `npm run sim` runs more. */
const seeds = Array.from({ length: 40 }, (_, index) => index + 1)

/** Its only replica is gone for ever. */
const hopeless = { ...drawPlan(1, 'multi-paxos'), founders: 1, joiners: 0, lostDisk: true, faultsMs: 3_000 }

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

test('SIM-6 the plans of forty seeds have every fault on and off, every size of ensemble, and differ', () => {
  const plans = seeds.map(seed => drawPlan(seed, 'multi-paxos'))
  for (const fault of [
    'loss',
    'repetition',
    'stragglers',
    'partitions',
    'crashes',
    'crashesAtWrite',
    'hunts',
  ] as const)
    expect(new Set(plans.map(plan => Boolean(plan[fault]))).size, fault).toBe(2)
  for (const fault of ['blackouts', 'freezes', 'lostDisk', 'sleep', 'wandering', 'encoded'] as const)
    expect(new Set(plans.map(plan => Boolean(plan[fault]))).size, fault).toBe(2)
  expect(new Set(plans.map(({ founders }) => founders))).toEqual(new Set([1, 3, 5]))
  expect(new Set(plans.map(plan => JSON.stringify(plan))).size).toBe(seeds.length)
})

test('SIM-7 a run of a second ends in time, with a history that clients made', () => {
  const quiet = {
    ...drawPlan(1, 'multi-paxos'),
    faultsMs: 4_000,
    crashes: null,
    partitions: null,
    freezes: null,
  }
  const { failure, history, slots, trace } = runPlan(
    { ...quiet, hunts: 0, crashesAtWrite: 0, blackouts: false },
    true,
  )
  expect(failure).toBeNull()
  expect(slots).toBeGreaterThan(20)
  expect(history.some(({ type, f }) => type === 'ok' && f === 'read')).toBe(true)
  expect(trace.some(line => / steps leader/.test(line))).toBe(true)
})

test('SIM-8 an ensemble that cannot get a quorum is caught by the demand for progress', () => {
  expect(runPlan(hopeless).failure?.check).toBe('progress')
})

test('SIM-9 a failing plan is made smaller, and fails the same way', () => {
  const small = shrink(hopeless, 'progress')
  expect(runPlan(small).failure?.check).toBe('progress')
  expect(small).toMatchObject({
    lostDisk: true,
    partitions: null,
    crashes: null,
    loss: 0,
    clients: 1,
    lanes: 1,
  })
})
