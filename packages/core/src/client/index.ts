/**
 * The door for apps: opening a keeper, the tree, values, errors.
 *
 * ```ts
 * import { connect, isKeeperError, json } from '@peerkeeper/core'
 *
 * await using keeper = await connect({ room: 'cinema' })
 * const seats = keeper.with(json<{ readonly by: string }>())
 * try {
 *   await seats.create('/seat-12', { by: 'Ada' })
 * } catch (error) {
 *   if (!isKeeperError(error, 'NodeExists')) throw error
 *   show(`taken by ${(await seats.get('/seat-12')).data.by}`)
 * }
 * ```
 *
 * @module @peerkeeper/core
 */
export type { FoundingArbiter } from '../host/arbiter.ts'
export type { MissingVoter } from '../host/runtime/contacts.ts'
export type { PageLink, PageTransport } from '../host/transport/port-protocol.ts'
export type { Decision, MissingQuorum, ReplicaStatus, Replicas } from '../host/worker/protocol.ts'
export type { EnsembleId, NodeId, SessionId, Zxid } from '../logic/base/ids.ts'
export type { EngineName } from '../logic/consensus/engine.ts'
export type { Membership } from '../logic/consensus/membership.ts'
export { type Acl, type AclEntry, type Identity, Permission } from '../logic/state/acl.ts'
export type { CreateMode } from '../logic/state/command.ts'
export type { Configuration, ZnodeView } from '../logic/state/contract.ts'
export type { ResultCode } from '../logic/state/error.ts'
export type { ZnodePath } from '../logic/state/path.ts'
export type { QuotaLimits, QuotaUsage } from '../logic/state/quota.ts'
export type { Stat } from '../logic/state/stat.ts'
export { creatorAllAcl, digestId, keyId, openAcl, readAcl } from './acl.ts'
export type { EnsembleConfig } from './administration.ts'
export type { CallOptions } from './calls.ts'
export { bytes, type Codec, type Json, json, text } from './codec.ts'
export { connect } from './connect.ts'
export { type DeleteOptions, deleteReplica, deleteRoom } from './delete.ts'
export { isKeeperError, KeeperError, type KeeperErrorCode } from './error.ts'
export type { ForeignEnsemble, KeeperEvents, KeeperState } from './events.ts'
export type { Keeper } from './keeper.ts'
export type {
  Created,
  CreateSettings,
  Data,
  MultiOperation,
  MultiReadResults,
  MultiResults,
  SingleQuery,
  Znode,
} from './multi.ts'
export type { KeeperErrorReason } from './open-failed.ts'
export type { ConsistencyOptions, ReadOptions, VersionOptions } from './operations.ts'
export type { ConnectOptions } from './options.ts'
export type { TypedKeeper } from './typed.ts'
export type { AddWatchOptions, RemoveWatchesOptions, WatchOptions } from './watch-options.ts'
export type { Watcher } from './watcher.ts'
export type {
  Resync,
  WatchCallback,
  WatchEvent,
  WatchedZnode,
  WatchRemoved,
  ZnodeEvent,
} from './watches.ts'
