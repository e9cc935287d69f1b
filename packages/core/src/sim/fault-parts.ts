/**
 * The faults by name: which parts of a plan each of them draws, and how those parts are at rest. One fault never looks at
 * another, so that leaving one out of a failing plan leaves the others as they were.
 */
import type { Chance } from './chance.ts'
import type { Cuts, FaultPlan, PartitionKind } from './plan.ts'

export const faultNames = [
  'loss',
  'delay',
  'repeat',
  'reorder',
  'partition',
  'oneway',
  'partial',
  'crash',
  'wipe',
  'freeze',
  'slowdisk',
  'churn',
  'crowd',
  'snapshot',
  'clock',
  'farewell',
] as const

export type FaultName = (typeof faultNames)[number]

export interface FaultPart {
  /** Share of all seeds, 0 .. 1, that have it on. */
  readonly share: number
  readonly off: Partial<FaultPlan>
  draw(chance: Chance): Partial<FaultPlan>
}

/** All replicas' clocks; where there are more replicas, some share one. */
const clocks = 16

export const faultParts: { readonly [fault in FaultName]: FaultPart } = {
  loss: {
    share: 0.5,
    off: { loss: 0 },
    draw: chance => ({ loss: chance.pick([0.01, 0.05, 0.2]) }),
  },
  delay: {
    share: 0.75,
    off: { delayMsMax: 3 },
    draw: chance => ({ delayMsMax: chance.pick([10, 10, 30, 60]) }),
  },
  repeat: {
    share: 0.5,
    off: { repetition: 0, stragglers: 0 },
    draw: chance => ({
      repetition: chance.pick([0.02, 0.2]),
      stragglers: chance.pick([0, 0.005, 0.02]),
    }),
  },
  reorder: {
    share: 0.5,
    off: { overtaken: null },
    draw: chance => ({ overtaken: chance.pick([0, 0.05, 0.2]) }),
  },
  partition: {
    share: 0.5,
    off: { partitions: null },
    draw: chance => ({
      partitions: drawCuts(chance, [
        'isolate',
        'isolateLeader',
        'isolateLeader',
        'isolateLeader',
        'split',
        'partial',
        'hub',
      ]),
    }),
  },
  oneway: {
    share: 0.3,
    off: { oneWay: null },
    draw: chance => ({ oneWay: drawCuts(chance, ['mute', 'deaf']) }),
  },
  partial: {
    share: 0.25,
    off: { partial: false },
    draw: () => ({ partial: true }),
  },
  crash: {
    share: 0.6,
    off: { crashes: null, crashesAtWrite: 0, blackouts: false },
    draw: chance => ({
      crashes: { everyMs: chance.pick([1_500, 4_000, 8_000]), downMs: chance.pick([200, 1_500]) },
      crashesAtWrite: chance.pick([0, 0.002, 0.01]),
      blackouts: chance.happens(0.3),
    }),
  },
  wipe: {
    share: 0.3,
    off: { wipes: null },
    draw: chance => ({ wipes: { everyMs: chance.pick([3_000, 8_000]), sparing: true } }),
  },
  freeze: {
    share: 0.4,
    off: { freezes: null, sleep: false },
    draw: chance => ({
      freezes: { everyMs: chance.pick([3_000, 6_000]), lastMs: chance.pick([500, 2_500, 5_000]) },
      sleep: chance.happens(0.5),
    }),
  },
  slowdisk: {
    share: 0.3,
    off: { slowDisks: null },
    draw: chance => ({
      slowDisks: {
        everyMs: chance.pick([2_000, 5_000]),
        lastMs: chance.pick([1_000, 4_000]),
        factor: chance.pick([10, 30, 100]),
      },
    }),
  },
  churn: {
    share: 0.4,
    off: { churn: null, joiners: 0 },
    draw: chance => ({
      churn: { everyMs: chance.pick([500, 1_500, 4_000]) },
      joiners: chance.pick([0, 1, 2]),
    }),
  },
  crowd: {
    share: 0.2,
    off: { crowd: 0 },
    draw: chance => ({ crowd: chance.pick([3, 6]) }),
  },
  snapshot: {
    share: 0.6,
    off: { snapshotSlots: 16_384, logKeptSlots: 4_096 },
    draw: chance => ({
      snapshotSlots: chance.pick([4, 8, 32, 128]),
      logKeptSlots: chance.pick([0, 4, 32]),
    }),
  },
  clock: {
    share: 0.5,
    off: { tickMs: Array.from({ length: clocks }, () => 50), clockGaps: null },
    draw: chance => ({
      tickMs: drawTicks(chance),
      clockGaps: chance.happens(0.6)
        ? { everyMs: chance.pick([2_000, 5_000]), lastMs: chance.pick([500, 2_500, 6_000]) }
        : null,
    }),
  },
  farewell: {
    share: 0.3,
    off: { farewells: 0, goodbyes: null },
    draw: chance => ({
      farewells: chance.pick([0.5, 1]),
      goodbyes: chance.happens(0.6) ? { everyMs: chance.pick([1_500, 4_000]) } : null,
    }),
  },
}

/** Kinds are drawn from evenly; what is most telling stands more than once. At least one is left. */
function drawCuts(chance: Chance, kinds: readonly PartitionKind[]): Cuts {
  const some = kinds.filter(() => chance.happens(0.5))
  return { everyMs: chance.pick([900, 2_500, 5_000]), kinds: some.length > 0 ? some : [chance.pick(kinds)] }
}

/** Clocks agree within a fiftieth, or run apart by up to a factor of four. */
function drawTicks(chance: Chance): readonly number[] {
  const apart = chance.happens(0.6)
  return Array.from({ length: clocks }, () =>
    apart ? chance.pick([30, 45, 50, 55, 80, 120]) : chance.between(49, 51),
  )
}
