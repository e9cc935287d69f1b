/**
 * The watches set on this replica, found by what can fire them. Owns which watcher hears of which change, and that a
 * one-shot watch fires once; does not know whether a path exists, who may read it, or how an event reaches its client.
 * Source: ZooKeeper Programmer's Guide, "ZooKeeper Watches" (semantics, persistent and recursive watches).
 *
 * One index for each kind, so that a change meets only watches that it fires: those at its own path, the parent's for
 * its children, and the recursive ones at its ancestors.
 */
import type { SessionId, Zxid } from '../base/ids.ts'
import { watchesPerSessionMax } from '../base/limits.ts'
import type { Change } from '../state/event.ts'
import { parentOf, rootPath, type ZnodePath } from '../state/path.ts'
import type {
  ChangeEventType,
  MayHear,
  RemovalEventType,
  RemovedWatch,
  Watch,
  WatchEvent,
  WatchId,
  WatchKind,
  WatchSelection,
  WatchTable,
} from './contract.ts'
import { eventTypes } from './hears.ts'

/** One callback or iterator of one session, and the paths at which it watches. */
interface Watcher {
  readonly session: SessionId
  readonly watch: WatchId
  readonly paths: Set<ZnodePath>
  readonly resumable: boolean
}

/** The watchers of one session, and how many watches they have set. */
interface SessionWatches {
  readonly watchers: Map<WatchId, Watcher>
  size: number
}

type Index = Map<ZnodePath, Set<Watcher>>

const kinds: readonly WatchKind[] = ['data', 'children', 'persistent', 'persistentRecursive']

/** An event before it is known whether more follow for its watcher. */
interface Told {
  readonly watcher: Watcher
  readonly type: ChangeEventType
  readonly path: ZnodePath
  readonly zxid: Zxid
}

/** A session may set `watchesMax` watches; the bound is a parameter for tests. */
export function createWatchTable(watchesMax = watchesPerSessionMax): WatchTable {
  const indexes: Readonly<Record<WatchKind, Index>> = {
    data: new Map(),
    children: new Map(),
    persistent: new Map(),
    persistentRecursive: new Map(),
  }
  const sessions = new Map<SessionId, SessionWatches>()
  let size = 0

  function add({ session, watch, kind, path, resumable = false }: Watch): boolean {
    const ofSession = sessions.get(session) ?? { watchers: new Map<WatchId, Watcher>(), size: 0 }
    const known = ofSession.watchers.get(watch)
    const at = indexes[kind].get(path)
    if (known !== undefined && at?.has(known)) return true
    if (ofSession.size >= watchesMax) return false
    const watcher = known ?? { session, watch, paths: new Set(), resumable }
    watcher.paths.add(path)
    ofSession.watchers.set(watch, watcher)
    ofSession.size++
    sessions.set(session, ofSession)
    if (at === undefined) indexes[kind].set(path, new Set([watcher]))
    else at.add(watcher)
    size++
    return true
  }

  function remove(
    session: SessionId,
    watch: WatchId | null,
    path: ZnodePath,
    selection: WatchSelection,
  ): readonly RemovedWatch[] {
    const removed: RemovedWatch[] = []
    for (const kind of kinds) {
      if (selection !== 'any' && selection !== kind) continue
      for (const watcher of [...(indexes[kind].get(path) ?? [])]) {
        if (watcher.session !== session || (watch !== null && watcher.watch !== watch)) continue
        drop(kind, path, watcher)
        forgetPath(watcher, path)
        const type = removalTypes[kind]
        if (!removed.some(each => each.watch === watcher.watch && each.type === type))
          removed.push({ watch: watcher.watch, type })
      }
    }
    return removed
  }

  function unset({ session, watch, kind, path }: Watch): void {
    const watcher = sessions.get(session)?.watchers.get(watch)
    if (watcher === undefined || !indexes[kind].get(path)?.has(watcher)) return
    drop(kind, path, watcher)
    forgetPath(watcher, path)
  }

  function removeSession(session: SessionId): void {
    for (const watcher of sessions.get(session)?.watchers.values() ?? [])
      for (const path of watcher.paths) for (const kind of kinds) drop(kind, path, watcher)
    sessions.delete(session)
  }

  /** Takes one watch out of its index. */
  function drop(kind: WatchKind, path: ZnodePath, watcher: Watcher): void {
    const at = indexes[kind].get(path)
    if (at?.delete(watcher) !== true) return
    if (at.size === 0) indexes[kind].delete(path)
    count(watcher)
  }

  /** One watch of `watcher` less. */
  function count({ session }: Watcher): void {
    const ofSession = sessions.get(session)
    if (ofSession) ofSession.size--
    size--
  }

  /** Forgets that `watcher` watches at `path` where it does not any more, and the watcher when that was its last path. */
  function forgetPath(watcher: Watcher, path: ZnodePath): void {
    if (kinds.some(kind => indexes[kind].get(path)?.has(watcher))) return
    watcher.paths.delete(path)
    if (watcher.paths.size > 0) return
    const ofSession = sessions.get(watcher.session)
    ofSession?.watchers.delete(watcher.watch)
    if (ofSession?.watchers.size === 0) sessions.delete(watcher.session)
  }

  function fire(changes: readonly Change[], mayHear: MayHear, isDifference = false): readonly WatchEvent[] {
    if (size === 0) return noEvents
    const told: Told[] = []
    for (const change of changes) {
      fireAt(change, mayHear, told)
      if (change.type !== 'dataChanged' && change.path !== rootPath) fireParent(change, mayHear, told)
    }
    return marked(isDifference ? told.filter(({ watcher }) => !watcher.resumable) : told)
  }

  /** Events that name the changed znode: to watchers at its path, and to recursive ones at or above it. */
  function fireAt({ type, path, zxid, acl }: Change, mayHear: MayHear, told: Told[]): void {
    const watchers = new Set<Watcher>()
    const isHeard = (watcher: Watcher) => acl === undefined || mayHear(watcher.session, acl)
    takeOneShots('data', path, isHeard, watchers)
    if (type === 'deleted') takeOneShots('children', path, isHeard, watchers)
    collect(indexes.persistent.get(path), isHeard, watchers)
    if (indexes.persistentRecursive.size > 0) {
      let at = path
      while (at !== rootPath) {
        collect(indexes.persistentRecursive.get(at), isHeard, watchers)
        at = parentOf(at)
      }
      collect(indexes.persistentRecursive.get(rootPath), isHeard, watchers)
    }
    for (const watcher of watchers) told.push({ watcher, type: eventTypes[type], path, zxid })
  }

  /** NodeChildrenChanged at the parent of a created or deleted znode. */
  function fireParent({ path, zxid, parentAcl }: Change, mayHear: MayHear, told: Told[]): void {
    const parent = parentOf(path)
    const watchers = new Set<Watcher>()
    const isHeard = (watcher: Watcher) => parentAcl === undefined || mayHear(watcher.session, parentAcl)
    takeOneShots('children', parent, isHeard, watchers)
    collect(indexes.persistent.get(parent), isHeard, watchers)
    for (const watcher of watchers) told.push({ watcher, type: 'NodeChildrenChanged', path: parent, zxid })
  }

  /** Moves the one-shot watches of `kind` at `path` that hear of the change into `watchers`. */
  function takeOneShots(
    kind: 'data' | 'children',
    path: ZnodePath,
    isHeard: (watcher: Watcher) => boolean,
    watchers: Set<Watcher>,
  ): void {
    const at = indexes[kind].get(path)
    if (at === undefined) return
    for (const watcher of at) {
      if (!isHeard(watcher)) continue
      watchers.add(watcher)
      drop(kind, path, watcher)
      forgetPath(watcher, path)
    }
  }

  function watches(): ReturnType<WatchTable['watches']> {
    const found = []
    for (const { watchers } of sessions.values())
      for (const watcher of watchers.values()) {
        const { session, watch, paths, resumable } = watcher
        for (const path of paths)
          for (const kind of kinds)
            if (indexes[kind].get(path)?.has(watcher)) found.push({ session, watch, kind, path, resumable })
      }
    return found
  }

  return {
    add,
    remove,
    unset,
    removeSession,
    fire: (changes, mayHear) => fire(changes, mayHear),
    fireDifference: (changes, mayHear) => fire(changes, mayHear, true),
    watches,
    get size() {
      return size
    },
  }
}

const noEvents: readonly WatchEvent[] = []

const removalTypes: Readonly<Record<WatchKind, RemovalEventType>> = {
  data: 'DataWatchRemoved',
  children: 'ChildWatchRemoved',
  persistent: 'PersistentWatchRemoved',
  persistentRecursive: 'PersistentWatchRemoved',
}

function collect(
  at: ReadonlySet<Watcher> | undefined,
  isHeard: (watcher: Watcher) => boolean,
  watchers: Set<Watcher>,
): void {
  if (at === undefined) return
  for (const watcher of at) if (isHeard(watcher)) watchers.add(watcher)
}

/** The events, each with whether it is its watcher's last. */
function marked(told: readonly Told[]): readonly WatchEvent[] {
  const events: WatchEvent[] = []
  const done = new Set<Watcher>()
  for (let i = told.length - 1; i >= 0; i--) {
    const each = told[i]
    if (each === undefined) continue
    const { watcher, type, path, zxid } = each
    events.push({
      session: watcher.session,
      watch: watcher.watch,
      type,
      path,
      zxid,
      last: !done.has(watcher),
    })
    done.add(watcher)
  }
  return events.reverse()
}
