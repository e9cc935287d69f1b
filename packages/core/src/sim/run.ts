/**
 * One seed from beginning to end: faults, then healing, then progress is demanded, then the histories are judged. The
 * result says whether all rules held, and if not, which one broke first.
 */
import type { EngineName } from '../logic/consensus/engine.ts'
import { isMember, members } from '../logic/consensus/membership.ts'
import { Faults } from './faults.ts'
import type { HistoryEvent } from './history.ts'
import { checkLinearizable, configurationsMaxUsual } from './linearizability/check.ts'
import { type Plan, type Twist, twistedPlan, untwisted } from './plan.ts'
import { Violation } from './violation.ts'
import { World } from './world.ts'

/** How long clients go on with their work after everything was healed. */
const calmMs = 1_000
/** What is looked at to judge a history grows with it: the usual bound is for so much time. */
const usualMs = 25_000
/** In how much virtual time after that an ensemble has to answer everybody and agree. */
const progressMs = 40_000

export interface RunResult {
  readonly plan: Plan
  /** Null when every rule held. */
  readonly failure: { readonly check: string; readonly message: string } | null
  /** Virtual. */
  readonly endedMs: number
  /** Slots decided. */
  readonly slots: number
  readonly hash: string
  readonly history: readonly HistoryEvent[]
  /** What those who follow the tree were told. */
  readonly followed: { readonly changes: number; readonly resyncs: number }
  /** Empty unless asked for. */
  readonly trace: readonly string[]
}

export const runSeed = (
  seed: number,
  engine: EngineName,
  keepTrace = false,
  twist: Twist = untwisted,
): RunResult => runPlan(twistedPlan(seed, engine, twist), keepTrace)

export function runPlan(plan: Plan, keepTrace = false): RunResult {
  const world = new World(plan, keepTrace)
  let failure: RunResult['failure'] = null
  try {
    live(world)
    judge(world)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    failure = { check: error.check, message: error.message }
  }
  return {
    plan,
    failure,
    endedMs: world.clock.now,
    slots: world.invariants.decisions.through,
    hash: world.trace.hash,
    history: world.history,
    followed: followedIn(world),
    trace: world.trace.lines,
  }
}

function followedIn({ clients }: World): RunResult['followed'] {
  let changes = 0
  let resyncs = 0
  for (const { follower } of clients) {
    changes += follower?.changes ?? 0
    resyncs += follower?.resyncs ?? 0
  }
  return { changes, resyncs }
}

function live(world: World): void {
  const { clock, plan } = world
  const faults = new Faults(world)
  world.begin()
  faults.begin()
  runUntil(world, plan.faultsMs)
  faults.heal()
  runUntil(world, clock.now + calmMs)
  for (const client of world.clients) client.finish()
  const deadline = clock.now + progressMs
  while (clock.now < deadline && laggard(world) !== null) runUntil(world, clock.now + 100)
}

function runUntil({ clock }: World, untilMs: number): void {
  while (clock.step(untilMs));
}

function judge(world: World): void {
  const late = laggard(world)
  if (late !== null) throw new Violation('progress', late)
  for (const { running } of world.running) if (running) world.invariants.answers.checkTree(running)
  const verdict = checkLinearizable(
    world.history,
    configurationsMaxUsual * Math.ceil(world.plan.faultsMs / usualMs),
  )
  if (verdict.linearizable === true) return
  const check = verdict.linearizable === false ? 'linearizability' : 'undecided'
  throw new Violation(check, `${verdict.key}: ${verdict.explanation}`)
}

/** What is not yet as it should be some time after everything was healed; null when all is well. */
function laggard({ clients, running, invariants, electorate }: World): string | null {
  const waiting = clients.findIndex(client => !client.isDone)
  if (waiting !== -1) return `client c${waiting} was not answered`
  const { membership, through } = invariants.decisions
  const gone = members(membership).find(node => electorate.gone.has(node))
  if (gone !== undefined) return `${gone} is gone and still a member`
  for (const node of running) {
    if (!isMember(membership, node.id)) return `${node.id} is no member`
    const appliedThrough = node.running?.machine.appliedThrough ?? 0
    if (appliedThrough < through) return `${node.id} applied ${appliedThrough} of ${through} slots`
  }
  return null
}
