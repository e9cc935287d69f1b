/**
 * The watchers of one session in the page: which callback or iterator a watch id stands for, where it is set, and how far
 * it has heard, so that all can be set anew at another replica. A function is one watcher however often it is set, as in
 * ZooKeeper; it is forgotten when it is set nowhere any more.
 */
import { noSlot, type Zxid } from '../logic/base/ids.ts'
import type { ClientEvent } from '../logic/replica/event.ts'
import type { ZnodeView } from '../logic/state/contract.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type {
  ChangeEventType,
  RemovalEventType,
  WatchEventType,
  WatchId,
  WatchKind,
  WatchSetAnew,
} from '../logic/watch/contract.ts'
import type { KeeperError } from './error.ts'

/** A change, as a watcher is told of it. */
export interface ZnodeEvent {
  readonly type: ChangeEventType
  /** The znode that changed; with a recursive watch perhaps one below the watched path. */
  readonly path: ZnodePath
  /** The transaction that changed it. */
  readonly zxid: Zxid
  /** Whether the transaction has nothing more for this watcher: it was taken as a whole. */
  readonly last: boolean
}

/** The watch was removed by `removeWatches`: nothing more will come of it. */
export interface WatchRemoved {
  readonly type: RemovalEventType
  /** The watched path. */
  readonly path: ZnodePath
  /** The state in which it was removed. */
  readonly zxid: Zxid
  readonly last: boolean
}

/**
 * What happened up to `zxid` is not known step by step any more: forget what is known of the subtree, and begin anew with
 * these znodes, which are all that may be read there as of `zxid`. A large subtree comes in several of these.
 */
export interface Resync<Value = Uint8Array> {
  readonly type: 'Resync'
  /** The watched path. */
  readonly path: ZnodePath
  readonly zxid: Zxid
  /** Parents before children. Without `recursive` only the znode itself; none where it does not exist. */
  readonly znodes: readonly WatchedZnode<Value>[]
  /** Whether these are the last ones: the next event is a change after `zxid`. */
  readonly last: boolean
}

/** A znode as a Resync shows it: nobody may write to its data. */
export type WatchedZnode<Value = Uint8Array> = Omit<ZnodeView, 'data'> & { readonly data: Value }

/** What a watch that stays tells of; see `type`. */
export type WatchEvent<Value = Uint8Array> = ZnodeEvent | WatchRemoved | Resync<Value>

/** A watcher as a function. */
export type WatchCallback = (event: ZnodeEvent | WatchRemoved) => void

/** A watcher that has an id of its own. */
export interface WatchSink {
  event(event: WatchEvent): void
  /** The session is over: nothing more will come. */
  end(error: KeeperError): void
}

/** A watch that a request is about to set. */
export interface Setting {
  readonly watch: WatchId
  readonly kind: WatchKind
  readonly path: ZnodePath
}

/** One kind of watch at one path. */
interface Place {
  readonly kind: WatchKind
  readonly path: ZnodePath
  /** Requests on their way that will set it. */
  coming: number
  isSet: boolean
  /** Some request that nobody waits for may have set it. */
  isDoubtful: boolean
}

interface Watching {
  readonly target: { readonly callback: WatchCallback } | { readonly sink: WatchSink }
  /** Where it is set, or about to be, by kind and path. */
  readonly places: Map<string, Place>
  /** The last transaction of which it heard all. Invariant: never goes back. */
  heard: Zxid
}

export class Watches {
  readonly #ids = new WeakMap<WatchCallback, WatchId>()
  readonly #watchers = new Map<WatchId, Watching>()
  #next = 1

  /** A request that sets `watcher` is about to go out. Followed by one call of {@link settle}. */
  begin(watcher: WatchId | WatchCallback, kind: WatchKind, path: ZnodePath): Setting {
    const watch = typeof watcher === 'function' ? this.#callback(watcher) : watcher
    const places = this.#watchers.get(watch)?.places
    const key = keyOf(kind, path)
    const place = places?.get(key)
    if (place) place.coming++
    else places?.set(key, { kind, path, coming: 1, isSet: false, isDoubtful: false })
    return { watch, kind, path }
  }

  /**
   * The request has been answered, with a watch set or not; or nobody waits for it. Returns whether the replica may have
   * set a watch that is not wanted.
   */
  settle({ watch, kind, path }: Setting, outcome: 'set' | 'notSet' | 'unknown'): boolean {
    const watching = this.#watchers.get(watch)
    const place = watching?.places.get(keyOf(kind, path))
    if (!watching || !place) return false
    place.coming--
    if (outcome === 'set') place.isSet = true
    if (outcome === 'unknown') place.isDoubtful = true
    if (place.coming > 0 || place.isSet) return false
    watching.places.delete(keyOf(kind, path))
    this.#forgetUnset(watch, watching)
    return place.isDoubtful
  }

  /**
   * All that are set, to be set anew: each has heard everything up to its `from`, which is at least what all that are set
   * were told.
   */
  standing(toldThrough: Zxid): readonly WatchSetAnew[] {
    const standing: WatchSetAnew[] = []
    for (const [watch, { target, places, heard }] of this.#watchers) {
      const from = heard > toldThrough ? heard : toldThrough
      const resumable = 'sink' in target
      for (const { kind, path, isSet } of places.values())
        if (isSet) standing.push({ watch, kind, path, from, resumable })
    }
    return standing
  }

  /** The id of a callback that was set at some time. */
  idOf(callback: WatchCallback): WatchId | undefined {
    return this.#ids.get(callback)
  }

  add(sink: WatchSink): WatchId {
    const id = this.#next++
    this.#add(id, { sink })
    return id
  }

  remove(id: WatchId): void {
    this.#watchers.delete(id)
  }

  fire({ watch, event: type, path, zxid, last }: Extract<ClientEvent, { type: 'watch' }>): void {
    const event = { type, path, zxid, last }
    const watching = this.#watchers.get(watch)
    if (!watching) return
    for (const kind of endedBy(type)) unset(watching.places, kind, path)
    this.#forgetUnset(watch, watching)
    this.#hear(watching, event)
    if ('sink' in watching.target) watching.target.sink.event(event)
    else callApp(watching.target.callback, event)
  }

  resync({ watch, path, zxid, znodes, last }: Extract<ClientEvent, { type: 'resync' }>): void {
    const watching = this.#watchers.get(watch)
    if (!watching || !('sink' in watching.target)) return
    const event: Resync = { type: 'Resync', path, zxid, znodes, last }
    this.#hear(watching, event)
    watching.target.sink.event(event)
  }

  end(error: KeeperError): void {
    for (const { target } of this.#watchers.values()) if ('sink' in target) target.sink.end(error)
    this.#watchers.clear()
  }

  #callback(callback: WatchCallback): WatchId {
    const watch = this.#ids.get(callback) ?? this.#next++
    this.#ids.set(callback, watch)
    if (!this.#watchers.has(watch)) this.#add(watch, { callback })
    return watch
  }

  #add(watch: WatchId, target: Watching['target']): void {
    this.#watchers.set(watch, { target, places: new Map(), heard: noSlot })
  }

  #hear(watching: Watching, { zxid, last }: WatchEvent): void {
    if (last && zxid > watching.heard) watching.heard = zxid
  }

  /** A sink is known until it is removed. */
  #forgetUnset(watch: WatchId, { target, places }: Watching): void {
    if (places.size === 0 && 'callback' in target) this.#watchers.delete(watch)
  }
}

const keyOf = (kind: WatchKind, path: ZnodePath): string => `${kind} ${path}`

function unset(places: Map<string, Place>, kind: WatchKind, path: ZnodePath): void {
  const key = keyOf(kind, path)
  const place = places.get(key)
  if (place === undefined) return
  place.isSet = false
  if (place.coming === 0) places.delete(key)
}

/** What an app's callback throws is the app's own, and keeps nothing from whoever is told next. */
export function callApp<Event>(callback: (event: Event) => void, event: Event): void {
  try {
    callback(event)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** The watches at an event's path that are over with it. */
function endedBy(type: WatchEventType): readonly WatchKind[] {
  switch (type) {
    case 'NodeCreated':
    case 'NodeDataChanged':
    case 'DataWatchRemoved':
      return ['data']
    case 'NodeChildrenChanged':
    case 'ChildWatchRemoved':
      return ['children']
    case 'NodeDeleted':
      return ['data', 'children']
    case 'PersistentWatchRemoved':
      return ['persistent', 'persistentRecursive']
  }
}
