/**
 * The watchers of one session in the page: which callback or iterator a watch id stands for. A function is one watcher
 * however often it is set, as in ZooKeeper; it is forgotten when it is set nowhere any more.
 */
import type { Zxid } from '../logic/base/ids.ts'
import type { ClientEvent } from '../logic/replica/event.ts'
import type { ZnodeView } from '../logic/state/contract.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type {
  ChangeEventType,
  RemovalEventType,
  WatchEventType,
  WatchId,
  WatchKind,
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
export interface Resync {
  readonly type: 'Resync'
  /** The watched path. */
  readonly path: ZnodePath
  readonly zxid: Zxid
  /** Parents before children. Without `recursive` only the znode itself; none where it does not exist. */
  readonly znodes: readonly ZnodeView[]
  /** Whether these are the last ones: the next event is a change after `zxid`. */
  readonly last: boolean
}

export type WatchEvent = ZnodeEvent | WatchRemoved | Resync

/** A watcher as a function. */
export type WatchCallback = (event: ZnodeEvent | WatchRemoved) => void

/** A watcher that has an id of its own. */
export interface WatchSink {
  event(event: WatchEvent): void
  /** The session is over: nothing more will come. */
  end(error: KeeperError): void
}

/** A callback that a request is about to set. */
export interface Setting {
  readonly watch: WatchId
  readonly kind: WatchKind
  readonly path: ZnodePath
}

interface Known {
  readonly callback: WatchCallback
  /** Where it is set, as kind and path. */
  readonly set: Set<string>
  /** Requests on their way that will set it. */
  coming: number
}

export class Watches {
  readonly #ids = new WeakMap<WatchCallback, WatchId>()
  readonly #callbacks = new Map<WatchId, Known>()
  readonly #sinks = new Map<WatchId, WatchSink>()
  #next = 1

  /** A request that sets `callback` is about to go out. Followed by one call of {@link settle}. */
  begin(callback: WatchCallback, kind: WatchKind, path: ZnodePath): Setting {
    const watch = this.#ids.get(callback) ?? this.#next++
    this.#ids.set(callback, watch)
    const known = this.#callbacks.get(watch)
    if (known) known.coming++
    else this.#callbacks.set(watch, { callback, set: new Set(), coming: 1 })
    return { watch, kind, path }
  }

  /** The request has been answered, or nobody waits for it: the callback is set, or is not. */
  settle({ watch, kind, path }: Setting, isSet: boolean): void {
    const known = this.#callbacks.get(watch)
    if (!known) return
    known.coming--
    if (isSet) known.set.add(`${kind} ${path}`)
    this.#forgetUnset(watch, known)
  }

  /** The id of a callback that was set at some time. */
  idOf(callback: WatchCallback): WatchId | undefined {
    return this.#ids.get(callback)
  }

  add(sink: WatchSink): WatchId {
    const id = this.#next++
    this.#sinks.set(id, sink)
    return id
  }

  remove(id: WatchId): void {
    this.#sinks.delete(id)
  }

  fire({ watch, event: type, path, zxid, last }: Extract<ClientEvent, { type: 'watch' }>): void {
    const event = { type, path, zxid, last }
    this.#sinks.get(watch)?.event(event)
    const known = this.#callbacks.get(watch)
    if (!known) return
    for (const kind of endedBy(type)) known.set.delete(`${kind} ${path}`)
    this.#forgetUnset(watch, known)
    callApp(known.callback, event)
  }

  resync({ watch, path, zxid, znodes, last }: Extract<ClientEvent, { type: 'resync' }>): void {
    this.#sinks.get(watch)?.event({ type: 'Resync', path, zxid, znodes, last })
  }

  end(error: KeeperError): void {
    for (const sink of this.#sinks.values()) sink.end(error)
    this.#sinks.clear()
    this.#callbacks.clear()
  }

  #forgetUnset(watch: WatchId, { set, coming }: Known): void {
    if (coming === 0 && set.size === 0) this.#callbacks.delete(watch)
  }
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
