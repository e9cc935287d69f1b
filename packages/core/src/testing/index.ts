/** The door for tests of apps: an ensemble in one process, to which the real client connects. */

export { type ContractCase, engineContract } from './engine-contract/contract.ts'
export { type ConnectToReplica, Ensemble, type EnsembleOptions, startEnsemble } from './ensemble.ts'
export { InProcessReplica } from './replica.ts'
