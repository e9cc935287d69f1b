/** The door for packages that bring a transport. */
export { type EnsembleId, ensembleId, isId, type NodeId, nodeId } from '../../logic/base/ids.ts'
export { foreignEnsemblesMax, frameBytesMax } from '../../logic/base/limits.ts'
export type { FoundingArbiter } from '../arbiter.ts'
export type { Endpoint, Lane, Transport, TransportEvent } from './contract.ts'
export type { PageLink, PageToWorker, PageTransport, WorkerToPage } from './port-protocol.ts'
