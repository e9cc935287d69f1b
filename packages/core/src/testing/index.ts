/**
 * The door for tests of apps: keepers without workers, an ensemble in one process, and one under virtual time.
 *
 * ```ts
 * import { connect } from '@peerkeeper/core'
 * import { inProcessWorker } from '@peerkeeper/core/testing'
 *
 * await using mine = await connect({ room: 'test', storage: 'memory', worker: inProcessWorker })
 * await using theirs = await connect({ room: 'test', storage: 'memory', worker: inProcessWorker })
 * await mine.create('/seen', 'by both')
 * await theirs.sync()
 * show(await theirs.exists('/seen'))
 * ```
 *
 * @module @peerkeeper/core/testing
 */
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
