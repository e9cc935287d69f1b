/**
 * What is done to one simulated ensemble: a record of options, all drawn from the seed. In the manner of swarm testing
 * each seed leaves some faults out, because faults hide each other. Does not do any of it.
 *
 * Source: Groce et al., Swarm Testing (2012).
 */
import type { EngineName } from '../logic/consensus/engine.ts'
import { type Chance, chanceOf } from './chance.ts'

export type PartitionKind =
  /** One replica hears nobody and nobody hears it. */
  | 'isolate'
  /** The leader is the one that is isolated. */
  | 'isolateLeader'
  /** Two groups. */
  | 'split'
  /** One replica is not heard, but hears. */
  | 'mute'
  /** One replica does not hear, but is heard. */
  | 'deaf'
  /** Two replicas do not hear each other; others hear both. */
  | 'partial'

export interface Plan {
  readonly seed: number
  readonly engine: EngineName
  /** Voters from the start. */
  readonly founders: number
  /** Replicas that ask to join a little later. */
  readonly joiners: number
  readonly clients: number
  /** Writes that one client has on their way at most. */
  readonly lanes: number
  readonly keys: number
  readonly thinkMs: number
  /** Share of reads in what each client asks for, client by client. */
  readonly reads: readonly number[]
  /** Share of linearizable ones among the reads. */
  readonly linearizableReads: number
  /** How long a client waits for a silent replica, at most. */
  readonly patienceMsMax: number
  /** How long faults happen. */
  readonly faultsMs: number
  readonly delayMsMax: number
  /** Of messages, 0 .. 1. */
  readonly loss: number
  readonly repetition: number
  /** Share of messages of which a copy comes seconds later, over crashes and partitions. */
  readonly stragglers: number
  readonly partitions: { readonly everyMs: number; readonly kinds: readonly PartitionKind[] } | null
  readonly crashes: { readonly everyMs: number; readonly downMs: number } | null
  /** Share of new leaders, 0 .. 1, that are cut off or crash within a moment of their election. */
  readonly hunts: number
  /** Of writes to disk, 0 .. 1: during how many the replica crashes. */
  readonly crashesAtWrite: number
  /** Now and then all replicas crash together. */
  readonly blackouts: boolean
  /** A replica stops for a while and goes on as if nothing had been. */
  readonly freezes: { readonly everyMs: number; readonly lastMs: number } | null
  readonly diskMsMax: number
  /** Slots from snapshot to snapshot. */
  readonly snapshotSlots: number
  /** Slots kept in memory behind a snapshot. */
  readonly logKeptSlots: number
  /** Milliseconds from tick to tick, replica by replica. */
  readonly tickMs: readonly number[]
  /** Hints that a replica died: of those that did, or of any. */
  readonly suspicions: 'none' | 'true' | 'any'
  /** One founder loses its disk for ever. */
  readonly lostDisk: boolean
  /** Clients fall asleep for about as long as their session lives. */
  readonly sleep: boolean
  /** Clients move to another replica without a reason. */
  readonly wandering: boolean
  /** After healing nobody is told that links are new. */
  readonly silentHealing: boolean
  /** Messages pass through their encoding and parser. */
  readonly encoded: boolean
}

/** Drawn from evenly; what is most telling stands more than once. */
const partitionKinds: readonly PartitionKind[] = [
  'isolate',
  'isolateLeader',
  'isolateLeader',
  'isolateLeader',
  'split',
  'mute',
  'deaf',
  'partial',
]

/** The plan of `seed`. */
export function drawPlan(seed: number, engine: EngineName): Plan {
  const chance = chanceOf(seed, 'plan')
  const founders = chance.pick([3, 3, 3, 5, 5, 1])
  const joiners = chance.pick([0, 0, 1, 2])
  const on = (probability = 0.5) => chance.happens(probability)
  const delayMsMax = chance.pick([3, 10, 10, 30, 60])
  return {
    seed,
    engine,
    founders,
    joiners,
    clients: chance.between(2, 6),
    lanes: chance.pick([1, 1, 2, 3]),
    keys: chance.between(1, 4),
    thinkMs: chance.pick([5, 20, 60, 150]),
    reads: Array.from({ length: 6 }, () => chance.pick([0.1, 0.4, 0.9])),
    linearizableReads: chance.pick([0.2, 0.5, 0.9]),
    patienceMsMax: chance.pick([1_000, 2_000, 6_000]),
    faultsMs: chance.between(15_000, 25_000),
    delayMsMax,
    loss: on() ? chance.pick([0.01, 0.05, 0.2]) : 0,
    repetition: on() ? chance.pick([0.02, 0.2]) : 0,
    stragglers: on(0.3) ? chance.pick([0.005, 0.02]) : 0,
    partitions: on()
      ? { everyMs: chance.pick([900, 2_500, 5_000]), kinds: partitionKinds.filter(() => on()) }
      : null,
    crashes: on() ? { everyMs: chance.pick([1_500, 4_000]), downMs: chance.pick([200, 1_500]) } : null,
    hunts: on(0.4) ? chance.pick([0.3, 0.8]) : 0,
    crashesAtWrite: on(0.4) ? chance.pick([0.002, 0.01]) : 0,
    blackouts: on(0.2),
    freezes: on(0.4)
      ? { everyMs: chance.pick([3_000, 6_000]), lastMs: chance.pick([500, 2_500, 5_000]) }
      : null,
    snapshotSlots: chance.pick([8, 32, 128, 16_384]),
    logKeptSlots: chance.pick([0, 4, 32, 4_096]),
    diskMsMax: chance.pick([2, 8, 8, 40]),
    tickMs: drawTicks(chance, founders + joiners + 1),
    suspicions: chance.pick(['none', 'true', 'any']),
    lostDisk: founders > 1 && on(0.15),
    sleep: on(0.4),
    wandering: on(0.3),
    silentHealing: on(),
    encoded: on(0.3),
  }
}

/** Half of all seeds have clocks that agree; in the others they run apart by up to a factor of four. */
function drawTicks(chance: Chance, replicas: number): readonly number[] {
  const apart = chance.happens(0.5)
  return Array.from({ length: replicas }, () =>
    apart ? chance.pick([30, 45, 50, 55, 80, 120]) : chance.between(49, 51),
  )
}
