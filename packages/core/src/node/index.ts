/**
 * The door for Node: replicas that live there, and their storage. docs/NODE.md has members that run by themselves.
 *
 * ```ts
 * import { startNodeReplica } from '@peerkeeper/core/node'
 *
 * const replica = await startNodeReplica({ room: 'cinema', folder: '/var/lib/cinema', transports: [] })
 * await using keeper = await replica.connect()
 * show(await keeper.children('/'))
 * ```
 *
 * @module @peerkeeper/core/node
 */
export { KeeperError } from '../client/error.ts'
export type { Keeper } from '../client/keeper.ts'
export {
  type ConnectToNode,
  type NodeReplica,
  type NodeReplicaOptions,
  startNodeReplica,
} from './replica/node-replica.ts'
export { createFileStorage, type FileStorageOptions } from './storage/file-storage.ts'
