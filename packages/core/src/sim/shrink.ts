/**
 * Makes a failing plan smaller: leaves out one fault after the other as long as the run still fails the same check. What
 * remains is what the failure needs, and a shorter trace to read.
 */
import { noNetworkFaults } from './network.ts'
import type { Plan } from './plan.ts'
import { runPlan } from './run.ts'

/** None of them ever undoes another: what was tried and kept gets smaller each time. */
const smaller: readonly ((plan: Plan) => Partial<Plan>)[] = [
  () => ({ partitions: null }),
  () => ({ crashes: null }),
  () => ({ crashesAtWrite: 0 }),
  () => ({ hunts: 0 }),
  () => ({ sleep: false }),
  () => ({ blackouts: false }),
  () => ({ freezes: null }),
  () => ({ loss: 0 }),
  () => ({ repetition: 0 }),
  () => ({ stragglers: 0 }),
  () => ({ delayMsMax: noNetworkFaults.delayMsMax }),
  () => ({ diskMsMax: 2 }),
  () => ({ snapshotSlots: 16_384 }),
  () => ({ suspicions: 'none' }),
  () => ({ lostDisk: false }),
  () => ({ wandering: false }),
  () => ({ encoded: false }),
  () => ({ joiners: 0 }),
  () => ({ lanes: 1 }),
  ({ clients }) => ({ clients: Math.min(clients, 1) }),
  ({ clients }) => ({ clients: Math.min(clients, 2) }),
  () => ({ keys: 1 }),
  ({ tickMs }) => ({ tickMs: tickMs.map(() => 50) }),
  ({ faultsMs }) => ({ faultsMs: Math.floor(faultsMs / 2) }),
  ({ faultsMs }) => ({ faultsMs: Math.floor(faultsMs * 0.8) }),
]

/** A plan that still fails `check` and does no more than that needs, one fault at a time. */
export function shrink(plan: Plan, check: string): Plan {
  let best = plan
  for (let changed = true; changed; ) {
    changed = false
    for (const change of smaller) {
      const tried = { ...best, ...change(best) }
      if (JSON.stringify(tried) === JSON.stringify(best)) continue
      if (runPlan(tried).failure?.check !== check) continue
      best = tried
      changed = true
    }
  }
  return best
}
