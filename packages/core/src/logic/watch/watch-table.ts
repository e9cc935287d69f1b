/**
 * The watches set on this replica, found by what can fire them. Owns which watcher hears of which change, and that a
 * one-shot watch fires once; does not know whether a path exists, or how an event reaches its client.
 * Source: ZooKeeper Programmer's Guide, "ZooKeeper Watches" (semantics, persistent and recursive watches).
 *
 * One index for each kind, so that a change meets only watches that it fires: those at its own path, the parent's for
 * its children, and the recursive ones at its ancestors.
 */
import type { SessionId } from '../base/ids.ts'
import type { Change } from '../state/event.ts'
import { parentOf, rootPath, type ZnodePath } from '../state/path.ts'
import type { Watch, WatchEvent, WatchEventType, WatchId, WatchKind, WatchTable } from './contract.ts'

/** One callback or iterator of one session, and the paths at which it watches. */
interface Watcher {
  readonly session: SessionId
  readonly watch: WatchId
  readonly paths: Set<ZnodePath>
}

type Index = Map<ZnodePath, Set<Watcher>>

const kinds: readonly WatchKind[] = ['data', 'children', 'persistent', 'persistentRecursive']

export function createWatchTable(): WatchTable {
  const indexes: Readonly<Record<WatchKind, Index>> = {
    data: new Map(),
    children: new Map(),
    persistent: new Map(),
    persistentRecursive: new Map(),
  }
  const watchers = new Map<SessionId, Map<WatchId, Watcher>>()
  let size = 0

  function add({ session, watch, kind, path }: Watch): void {
    const watcher = watcherOf(session, watch)
    watcher.paths.add(path)
    const at = indexes[kind].get(path)
    if (at?.has(watcher)) return
    size++
    if (at === undefined) indexes[kind].set(path, new Set([watcher]))
    else at.add(watcher)
  }

  function watcherOf(session: SessionId, watch: WatchId): Watcher {
    let ofSession = watchers.get(session)
    if (ofSession === undefined) {
      ofSession = new Map()
      watchers.set(session, ofSession)
    }
    let watcher = ofSession.get(watch)
    if (watcher === undefined) {
      watcher = { session, watch, paths: new Set() }
      ofSession.set(watch, watcher)
    }
    return watcher
  }

  function remove(session: SessionId, watch: WatchId, path: ZnodePath): boolean {
    const watcher = watchers.get(session)?.get(watch)
    if (watcher === undefined || !watcher.paths.has(path)) return false
    for (const kind of kinds) drop(kind, path, watcher)
    forgetPath(watcher, path)
    return true
  }

  function removeSession(session: SessionId): void {
    for (const watcher of watchers.get(session)?.values() ?? [])
      for (const path of watcher.paths) for (const kind of kinds) drop(kind, path, watcher)
    watchers.delete(session)
  }

  /** Takes one watch out of its index. */
  function drop(kind: WatchKind, path: ZnodePath, watcher: Watcher): void {
    const at = indexes[kind].get(path)
    if (at?.delete(watcher) !== true) return
    size--
    if (at.size === 0) indexes[kind].delete(path)
  }

  /** Forgets that `watcher` watches at `path`, and the watcher when that was its last path. */
  function forgetPath(watcher: Watcher, path: ZnodePath): void {
    watcher.paths.delete(path)
    if (watcher.paths.size > 0) return
    const ofSession = watchers.get(watcher.session)
    ofSession?.delete(watcher.watch)
    if (ofSession?.size === 0) watchers.delete(watcher.session)
  }

  function fire(changes: readonly Change[]): readonly WatchEvent[] {
    if (size === 0) return noEvents
    const events: WatchEvent[] = []
    for (const change of changes) {
      fireAt(change, events)
      if (change.type !== 'dataChanged' && change.path !== rootPath) fireParent(change, events)
    }
    return events
  }

  /** Events that name the changed znode: to watchers at its path, and to recursive ones at or above it. */
  function fireAt({ type, path, zxid }: Change, events: WatchEvent[]): void {
    const told = new Set<Watcher>()
    takeOneShots('data', path, told)
    if (type === 'deleted') takeOneShots('children', path, told)
    collect(indexes.persistent.get(path), told)
    if (indexes.persistentRecursive.size > 0) {
      let at = path
      while (at !== rootPath) {
        collect(indexes.persistentRecursive.get(at), told)
        at = parentOf(at)
      }
      collect(indexes.persistentRecursive.get(rootPath), told)
    }
    push(told, eventTypes[type], path, zxid, events)
  }

  /** NodeChildrenChanged at the parent of a created or deleted znode. */
  function fireParent({ path, zxid }: Change, events: WatchEvent[]): void {
    const parent = parentOf(path)
    const told = new Set<Watcher>()
    takeOneShots('children', parent, told)
    collect(indexes.persistent.get(parent), told)
    push(told, 'NodeChildrenChanged', parent, zxid, events)
  }

  /** Moves the one-shot watches of `kind` at `path` into `told`. */
  function takeOneShots(kind: 'data' | 'children', path: ZnodePath, told: Set<Watcher>): void {
    const at = indexes[kind].get(path)
    if (at === undefined) return
    indexes[kind].delete(path)
    size -= at.size
    for (const watcher of at) {
      told.add(watcher)
      if (!kinds.some(other => indexes[other].get(path)?.has(watcher))) forgetPath(watcher, path)
    }
  }

  return {
    add,
    remove,
    removeSession,
    fire,
    get size() {
      return size
    },
  }
}

const noEvents: readonly WatchEvent[] = []

const eventTypes: Readonly<Record<Change['type'], WatchEventType>> = {
  created: 'NodeCreated',
  deleted: 'NodeDeleted',
  dataChanged: 'NodeDataChanged',
}

function collect(watchers: ReadonlySet<Watcher> | undefined, told: Set<Watcher>): void {
  if (watchers === undefined) return
  for (const watcher of watchers) told.add(watcher)
}

function push(
  told: ReadonlySet<Watcher>,
  type: WatchEventType,
  path: ZnodePath,
  zxid: Change['zxid'],
  events: WatchEvent[],
): void {
  for (const { session, watch } of told) events.push({ session, watch, type, path, zxid })
}
