/**
 * Makes a failing plan smaller: leaves out one fault after the other as long as the run still fails the same check. What
 * remains is what the failure needs, and a shorter trace to read.
 */
import { faultNames } from './fault-parts.ts'
import { type Plan, without } from './plan.ts'
import { runPlan } from './run.ts'

/** None of them ever undoes another: what was tried and kept gets smaller each time. */
const smaller: readonly ((plan: Plan) => Plan)[] = [
  ...faultNames.map(fault => (plan: Plan) => without(plan, fault)),
  ...(
    [
      () => ({ crashesAtWrite: 0 }),
      () => ({ blackouts: false }),
      () => ({ sleep: false }),
      () => ({ stragglers: 0 }),
      () => ({ clockGaps: null }),
      () => ({ joiners: 0 }),
      ({ crowd }) => ({ crowd: Math.min(crowd, 2) }),
      () => ({ hunts: 0 }),
      () => ({ diskMsMax: 2 }),
      () => ({ suspicions: 'none' }),
      () => ({ wandering: false }),
      () => ({ encoded: false }),
      () => ({ automatic: false }),
      () => ({ lanes: 1 }),
      ({ clients }) => ({ clients: Math.min(clients, 1) }),
      ({ clients }) => ({ clients: Math.min(clients, 2) }),
      () => ({ keys: 1 }),
      ({ tickMs }) => ({ tickMs: tickMs.map(() => 50) }),
      ({ faultsMs }) => ({ faultsMs: Math.floor(faultsMs / 2) }),
      ({ faultsMs }) => ({ faultsMs: Math.floor(faultsMs * 0.8) }),
    ] satisfies readonly ((plan: Plan) => Partial<Plan>)[]
  ).map(
    change =>
      (plan: Plan): Plan => ({ ...plan, ...change(plan) }),
  ),
]

/** A plan that still fails `check` and does no more than that needs, one fault at a time. */
export function shrink(plan: Plan, check: string): Plan {
  let best = plan
  for (let changed = true; changed; ) {
    changed = false
    for (const change of smaller) {
      const tried = change(best)
      if (JSON.stringify(tried) === JSON.stringify(best)) continue
      if (runPlan(tried).failure?.check !== check) continue
      best = tried
      changed = true
    }
  }
  return best
}
