/**
 * The watchers of one session in the page: which callback or iterator a watch id stands for. One-shot watchers are
 * forgotten when they have fired; the same function set twice on a znode is one watcher, as in ZooKeeper.
 */
import type { Zxid } from '../logic/base/ids.ts'
import type { ClientEvent } from '../logic/replica/event.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type { WatchEventType, WatchId } from '../logic/watch/contract.ts'
import type { KeeperError } from './error.ts'

/** What a watcher is told. */
export interface ZnodeEvent {
  readonly type: WatchEventType
  /** The znode that changed; with a recursive watch perhaps one below the watched path. */
  readonly path: ZnodePath
  /** The transaction that changed it. */
  readonly zxid: Zxid
}

export type OneShotWatcher = (event: ZnodeEvent) => void

/** One that stays until it is removed. */
export interface StandingWatcher {
  event(event: ZnodeEvent): void
  /** The session is over: nothing more will come. */
  end(error: KeeperError): void
}

/** A one-shot watcher that a read is about to set. */
export interface Setting {
  readonly watch: WatchId
  readonly kind: 'data' | 'children'
  readonly path: ZnodePath
}

interface OneShot {
  readonly watcher: OneShotWatcher
  /** Where it is set, as kind and path. */
  readonly set: Set<string>
  /** Reads on their way that will set it. */
  coming: number
}

export class Watches {
  readonly #ids = new WeakMap<OneShotWatcher, WatchId>()
  readonly #oneShot = new Map<WatchId, OneShot>()
  readonly #standing = new Map<WatchId, StandingWatcher>()
  #next = 1

  /** A read that sets `watcher` is about to go out. Followed by one call of {@link settle}. */
  begin(watcher: OneShotWatcher, kind: Setting['kind'], path: ZnodePath): Setting {
    const watch = this.#ids.get(watcher) ?? this.#next++
    this.#ids.set(watcher, watch)
    const known = this.#oneShot.get(watch)
    if (known) known.coming++
    else this.#oneShot.set(watch, { watcher, set: new Set(), coming: 1 })
    return { watch, kind, path }
  }

  /** The read has been answered, or nobody waits for it: the watcher is set, or is not. */
  settle({ watch, kind, path }: Setting, isSet: boolean): void {
    const known = this.#oneShot.get(watch)
    if (!known) return
    known.coming--
    if (isSet) known.set.add(`${kind} ${path}`)
    this.#forgetUnset(watch, known)
  }

  add(watcher: StandingWatcher): WatchId {
    const id = this.#next++
    this.#standing.set(id, watcher)
    return id
  }

  remove(id: WatchId): void {
    this.#standing.delete(id)
  }

  fire({ watch, event: type, path, zxid }: Extract<ClientEvent, { type: 'watch' }>): void {
    const event = { type, path, zxid }
    this.#standing.get(watch)?.event(event)
    const known = this.#oneShot.get(watch)
    if (!known) return
    if (type !== 'NodeChildrenChanged') known.set.delete(`data ${path}`)
    if (type === 'NodeChildrenChanged' || type === 'NodeDeleted') known.set.delete(`children ${path}`)
    this.#forgetUnset(watch, known)
    known.watcher(event)
  }

  end(error: KeeperError): void {
    for (const watcher of this.#standing.values()) watcher.end(error)
    this.#standing.clear()
    this.#oneShot.clear()
  }

  #forgetUnset(watch: WatchId, { set, coming }: OneShot): void {
    if (coming === 0 && set.size === 0) this.#oneShot.delete(watch)
  }
}
