/**
 * Watches live on the replica that a session is attached to; they are not replicated. `watch-table.ts` fulfils this.
 * Which events a change causes: SEMANTICS of ZooKeeper's watches (Programmer's Guide, "ZooKeeper Watches").
 */
import type { SessionId, Zxid } from '../base/ids.ts'
import type { Acl } from '../state/acl.ts'
import type { Change } from '../state/event.ts'
import type { ZnodePath } from '../state/path.ts'

/** A watcher of one session, numbered by its client: one callback or iterator. */
export type WatchId = number

/** Those that stay until they are removed. */
export type StandingKind = 'persistent' | 'persistentRecursive'

/**
 * `data` (set by get and exists) and `children` (set by children) fire once. `persistent` tells of the znode's
 * creation, deletion, data and children until removed; `persistentRecursive` of every znode at or below the path, and
 * names the changed one.
 */
export type WatchKind = 'data' | 'children' | StandingKind

export interface Watch {
  readonly session: SessionId
  readonly watch: WatchId
  readonly kind: WatchKind
  readonly path: ZnodePath
  /**
   * Whether it must miss nothing: where changes are lost to this replica it is told to begin anew, and not what the
   * states before and after amount to. Only standing ones.
   */
  readonly resumable?: boolean
}

export type ChangeEventType = 'NodeCreated' | 'NodeDeleted' | 'NodeDataChanged' | 'NodeChildrenChanged'

/** What a watcher is told of the end of its own watch. */
export type RemovalEventType = 'DataWatchRemoved' | 'ChildWatchRemoved' | 'PersistentWatchRemoved'

export type WatchEventType = ChangeEventType | RemovalEventType

/** Which watches at a path are meant: the one-shot ones of one kind, or all kinds. */
export type WatchSelection = 'any' | 'data' | 'children'

/** A watch that stood elsewhere, or in an earlier life of this replica, and has heard everything up to `from`. */
export interface WatchSetAnew {
  readonly watch: WatchId
  readonly kind: WatchKind
  readonly path: ZnodePath
  readonly from: Zxid
  /** See {@link Watch}. */
  readonly resumable: boolean
}

export interface WatchEvent {
  readonly session: SessionId
  readonly watch: WatchId
  readonly type: ChangeEventType
  readonly path: ZnodePath
  readonly zxid: Zxid
  /** The changes that were fired together have nothing more for this watcher. */
  readonly last: boolean
}

export interface RemovedWatch {
  readonly watch: WatchId
  readonly type: RemovalEventType
}

/** Whether `session` may hear of a znode with this list. */
export type MayHear = (session: SessionId, acl: Acl | undefined) => boolean

export interface WatchTable {
  /** Setting the same watch again changes nothing. False, setting nothing, where the session has as many as it may. */
  add(watch: Watch): boolean
  /**
   * Removes the watches at `path` that `selection` means: of one watcher, or of all of the session where `watch` is null.
   * Returns what each is to be told, one event for a watcher and kind of event.
   */
  remove(
    session: SessionId,
    watch: WatchId | null,
    path: ZnodePath,
    selection: WatchSelection,
  ): readonly RemovedWatch[]
  /** Removes one watch, where it is set; nobody is told. */
  unset(watch: Watch): void
  removeSession(session: SessionId): void
  /**
   * The events that `changes` cause, in their order; one event for each watcher and change. Drops what fired once. A
   * watch whose session may not hear of a change is not fired by it.
   */
  fire(changes: readonly Change[], mayHear: MayHear): readonly WatchEvent[]
  /** As {@link fire}, for changes of which not all steps are known: resumable watches are left out. */
  fireDifference(changes: readonly Change[], mayHear: MayHear): readonly WatchEvent[]
  /** What is set: watchers in the order of their first watch. */
  watches(): readonly (Watch & { readonly resumable: boolean })[]
  /** Watches set now. */
  readonly size: number
}
