/** The door for tests of apps: an ensemble in one process, to which the real client connects. */
export { runTraces, type TraceResult } from './conformance/run-traces.ts'
export { type ConnectToReplica, Ensemble, type EnsembleOptions, startEnsemble } from './ensemble.ts'
export { inProcessWorker } from './in-process.ts'
export { InProcessReplica } from './replica.ts'
export {
  type NetworkWeather,
  type Peeked,
  VirtualEnsemble,
  type VirtualEnsembleOptions,
  virtualEnsemble,
  type Where,
} from './virtual/ensemble.ts'
export type { UntilOptions } from './virtual/time.ts'
