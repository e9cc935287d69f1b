/**
 * What is done to one simulated ensemble: a record of options, all drawn from the seed. In the manner of swarm testing
 * each seed leaves some faults out, because faults hide each other; what each fault draws is in fault-parts.ts. Does not
 * do any of it.
 *
 * Source: Groce et al., Swarm Testing (2012).
 */
import type { EngineName } from '../logic/consensus/engine.ts'
import { chanceOf } from './chance.ts'
import { type FaultName, faultNames, faultParts } from './fault-parts.ts'

export type PartitionKind =
  /** One replica hears nobody and nobody hears it. */
  | 'isolate'
  /** The leader is the one that is isolated. */
  | 'isolateLeader'
  /** Two groups. */
  | 'split'
  /** Two replicas do not hear each other; others hear both. */
  | 'partial'
  /** All hear one replica and nobody else. */
  | 'hub'
  /** One replica is not heard, but hears. */
  | 'mute'
  /** One replica does not hear, but is heard. */
  | 'deaf'

/** Links are cut about every so often, in one of these ways. */
export interface Cuts {
  readonly everyMs: number
  readonly kinds: readonly PartitionKind[]
}

/** The parts that faults draw; at rest where a fault is off. */
export interface FaultPlan {
  /** Of messages, 0 .. 1. */
  readonly loss: number
  readonly delayMsMax: number
  readonly repetition: number
  /** Share of messages of which a copy comes seconds later, over crashes and partitions. */
  readonly stragglers: number
  /** Share of messages that are overtaken by those after them; null: each link keeps their order. */
  readonly overtaken: number | null
  readonly partitions: Cuts | null
  readonly oneWay: Cuts | null
  /** Some pairs of replicas never have a link, not even when all is healed; what they say to each other goes by thirds. */
  readonly partial: boolean
  readonly crashes: { readonly everyMs: number; readonly downMs: number } | null
  /** Of writes to disk, 0 .. 1: during how many the replica crashes. */
  readonly crashesAtWrite: number
  /** Share of crashes, 0 .. 1, before which the replica takes leave of its peers, and of sessions that may go on elsewhere. */
  readonly farewells: number
  /** A replica asks to be taken out, and goes for good when it is; another, a new one, arrives. */
  readonly goodbyes: { readonly everyMs: number } | null
  /** Now and then all replicas crash together. */
  readonly blackouts: boolean
  /**
   * A replica loses its disk for ever, and a new one arrives. `sparing`: only while a quorum of the voters keeps its
   * disks; false in tests of the demand for progress alone.
   */
  readonly wipes: { readonly everyMs: number; readonly sparing: boolean } | null
  /** A replica stops for a while and goes on as if nothing had been. */
  readonly freezes: { readonly everyMs: number; readonly lastMs: number } | null
  /** Clients fall asleep for about as long as their session lives. */
  readonly sleep: boolean
  /** Writes of a replica take `factor` times as long for a while. */
  readonly slowDisks: { readonly everyMs: number; readonly lastMs: number; readonly factor: number } | null
  /** Members are added, promoted, removed, and leadership is handed over. */
  readonly churn: { readonly everyMs: number } | null
  /** Replicas that ask to join a little later. */
  readonly joiners: number
  /** Replicas that ask to join at the beginning, more than will ever vote. */
  readonly crowd: number
  /** Slots from snapshot to snapshot. */
  readonly snapshotSlots: number
  /** Slots kept in memory behind a snapshot. */
  readonly logKeptSlots: number
  /** Milliseconds from tick to tick, replica by replica. */
  readonly tickMs: readonly number[]
  /** A replica gets no ticks for a while, then one or all of them; its wall clock jumps. */
  readonly clockGaps: { readonly everyMs: number; readonly lastMs: number } | null
}

export interface Plan extends FaultPlan {
  readonly seed: number
  readonly engine: EngineName
  /** Those that are on. What they do stands in the parts that they drew. */
  readonly faults: readonly FaultName[]
  /** Voters from the start. */
  readonly founders: number
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
  readonly diskMsMax: number
  /** Share of new leaders, 0 .. 1, that are cut off or crash, as far as these faults are on, within a moment of their election. */
  readonly hunts: number
  /** Hints that a replica died, where replicas can: of those that did, or of any. */
  readonly suspicions: 'none' | 'true' | 'any'
  /** Clients move to another replica without a reason. */
  readonly wandering: boolean
  /** Replicas promote, replace and take out members by their own rules; else only what is asked of them is done. */
  readonly automatic: boolean
  /** After healing nobody is told that links are new. */
  readonly silentHealing: boolean
  /** Messages pass through their encoding and parser. */
  readonly encoded: boolean
  /**
   * Each client also watches the whole tree, and replicas keep no more than this many changes for those who go on from an
   * earlier one; null: nobody does. Not drawn: it would be another run.
   */
  readonly followed: number | null
}

/** What is not left to the seed. */
export interface Twist {
  /** Exactly these, in each seed; null: those that each seed draws. */
  readonly faults: readonly FaultName[] | null
  /** As in the plan. */
  readonly followed: number | null
  /** For how many seconds of virtual time faults happen; null: as the seed draws. */
  readonly lasting: number | null
}

export const untwisted: Twist = { faults: null, followed: null, lasting: null }

/** The plan of `seed`, but for what `twist` says. */
export function twistedPlan(seed: number, engine: EngineName, { faults, followed, lasting }: Twist): Plan {
  const plan = { ...drawPlan(seed, engine, faults), followed }
  return lasting === null ? plan : { ...plan, faultsMs: lasting * 1_000 }
}

/** The plan of `seed`: with exactly `named` on, or, where that is null, with a part of all faults that the seed draws. */
export function drawPlan(seed: number, engine: EngineName, named: readonly FaultName[] | null = null): Plan {
  const chance = chanceOf(seed, 'plan')
  const isOn = (fault: FaultName): boolean =>
    named?.includes(fault) ?? chanceOf(seed, `whether ${fault}`).happens(faultParts[fault].share)
  const faults = faultNames.filter(isOn)
  const founders = chance.pick([3, 3, 3, 5, 5, 1])
  const plan: Plan = {
    seed,
    engine,
    faults,
    founders,
    clients: chance.between(2, 6),
    lanes: chance.pick([1, 1, 2, 3]),
    keys: chance.between(1, 4),
    thinkMs: chance.pick([5, 20, 60, 150]),
    reads: Array.from({ length: 6 }, () => chance.pick([0.1, 0.4, 0.9])),
    linearizableReads: chance.pick([0.2, 0.5, 0.9]),
    patienceMsMax: chance.pick([1_000, 2_000, 6_000]),
    faultsMs: chance.between(15_000, 25_000),
    diskMsMax: chance.pick([2, 8, 8, 40]),
    hunts: chance.happens(0.4) ? chance.pick([0.3, 0.8]) : 0,
    suspicions: chance.pick(['none', 'true', 'any']),
    wandering: chance.happens(0.3),
    silentHealing: chance.happens(0.5),
    encoded: chance.happens(0.3),
    automatic: chance.happens(0.7),
    followed: null,
    ...atRest(),
  }
  const drawn = faults.map(fault => faultParts[fault].draw(chanceOf(seed, fault)))
  return Object.assign({}, plan, ...drawn) as Plan
}

/** `plan` with `fault` off and everything else as it was. */
export const without = (plan: Plan, fault: FaultName): Plan => ({
  ...plan,
  ...faultParts[fault].off,
  faults: plan.faults.filter(other => other !== fault),
})

function atRest(): FaultPlan {
  const parts: Partial<FaultPlan> = Object.assign({}, ...faultNames.map(fault => faultParts[fault].off))
  return parts as FaultPlan
}
