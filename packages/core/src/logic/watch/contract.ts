/**
 * Watches live on the replica that a session is attached to; they are not replicated. `watch-table.ts` fulfils this.
 * Which events a change causes: SEMANTICS of ZooKeeper's watches (Programmer's Guide, "ZooKeeper Watches").
 */
import type { SessionId, Zxid } from '../base/ids.ts'
import type { Change } from '../state/event.ts'
import type { ZnodePath } from '../state/path.ts'

/** A watcher of one session, numbered by its client: one callback or iterator. */
export type WatchId = number

/**
 * `data` (set by get and exists) and `children` (set by children) fire once. `persistent` tells of the znode's
 * creation, deletion, data and children until removed; `persistentRecursive` of every znode at or below the path, and
 * names the changed one.
 */
export type WatchKind = 'data' | 'children' | 'persistent' | 'persistentRecursive'

export interface Watch {
  readonly session: SessionId
  readonly watch: WatchId
  readonly kind: WatchKind
  readonly path: ZnodePath
}

export type WatchEventType = 'NodeCreated' | 'NodeDeleted' | 'NodeDataChanged' | 'NodeChildrenChanged'

export interface WatchEvent {
  readonly session: SessionId
  readonly watch: WatchId
  readonly type: WatchEventType
  readonly path: ZnodePath
  readonly zxid: Zxid
}

export interface WatchTable {
  /** Setting the same watch again changes nothing. */
  add(watch: Watch): void
  /** Removes every watch of this watcher at `path` (all kinds), returning whether there was one. */
  remove(session: SessionId, watch: WatchId, path: ZnodePath): boolean
  removeSession(session: SessionId): void
  /** The events that `changes` cause, in their order; one event for each watcher and change. Drops what fired once. */
  fire(changes: readonly Change[]): readonly WatchEvent[]
  /** Watches set now. */
  readonly size: number
}
