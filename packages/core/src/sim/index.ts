/** The door of the simulator: for tests, benchmarks and the demo. */

export { Clock } from './clock.ts'
export { Disk } from './disk.ts'
export { type FaultName, faultNames } from './fault-parts.ts'
export {
  fromJsonLines,
  type HistoryEvent,
  type HistoryFunction,
  type HistoryValue,
  toJsonLines,
} from './history.ts'
export { checkLinearizable, type Verdict } from './linearizability/check.ts'
export { type Frame, Network, type NetworkFaults } from './network.ts'
export { drawPlan, type Plan } from './plan.ts'
export { type RunResult, runPlan, runSeed } from './run.ts'
export { Violation } from './violation.ts'
