/** The door of @peerkeeper/core/node: replicas that live in Node. */
export { KeeperError } from '../client/error.ts'
export type { Keeper } from '../client/keeper.ts'
export {
  type ConnectToNode,
  type NodeReplica,
  type NodeReplicaOptions,
  startNodeReplica,
} from './replica/node-replica.ts'
export { createFileStorage, type FileStorageOptions } from './storage/file-storage.ts'
