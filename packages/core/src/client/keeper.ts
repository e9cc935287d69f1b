/**
 * What an app holds: the tree, its session, its replica. Every method checks its arguments before anything goes out and
 * rejects with a {@link KeeperError}; every wait ends by answer, time limit or signal.
 */

import type { Decision, ReplicaStatus } from '../host/worker/protocol.ts'
import { type EnsembleId, isCounter, type NodeId, slot } from '../logic/base/ids.ts'
import type { CreateMode, Operation } from '../logic/state/command.ts'
import { parseOperation } from '../logic/state/operation.ts'
import { parsePath, type ZnodePath } from '../logic/state/path.ts'
import type { Stat } from '../logic/state/stat.ts'
import type { StandingKind, WatchSelection } from '../logic/watch/contract.ts'
import type { CallOptions } from './calls.ts'
import { KeeperError } from './error.ts'
import type { Consistency, Session } from './session.ts'
import { Watcher, type WatchSource } from './watcher.ts'
import type { WatchCallback, WatchEvent, Watches } from './watches.ts'

/**
 * `connecting`: no session yet. `connected`: writes get through. `suspended`: no quorum is in reach; writes wait, local
 * reads are answered, a lock holder stops acting. `expired`: the session is gone with its ephemerals. `closed`: over,
 * by the app's wish or because the replica stopped.
 */
export type KeeperState = 'connecting' | 'connected' | 'suspended' | 'expired' | 'closed'

export interface ReadOptions extends CallOptions {
  /** `sequential` (default): from this replica, never behind what the session saw or wrote. `linearizable`: a quorum is asked. */
  readonly consistency?: Consistency
  /** Called once, at the first change after this read. */
  readonly watch?: WatchCallback
}

export interface WatchOptions extends CallOptions {
  /** Also tell of every znode below. */
  readonly recursive?: boolean
  /** Tell of everything after this transaction: an earlier watcher's `zxid`. Without it, of everything from now on. */
  readonly from?: number
  /** Gets the events in place of the iterator. */
  readonly onEvent?: (event: WatchEvent) => void
}

export interface AddWatchOptions extends CallOptions {
  /** `persistent` (default): the znode and its list of children. `persistentRecursive`: it and every znode below. */
  readonly mode?: StandingKind
}

export interface RemoveWatchesOptions extends CallOptions {
  /** Whose watches; of every watcher of this session, where absent. */
  readonly watcher?: WatchCallback
  /** `data` (set by get and exists), `children`, or `any` (default): also those that stay. */
  readonly type?: WatchSelection
}

export interface KeeperEvents {
  readonly state: CustomEvent<KeeperState>
  readonly status: CustomEvent<ReplicaStatus>
  readonly decisions: CustomEvent<readonly Decision[]>
}

export interface KeeperParts {
  readonly session: Session
  readonly watches: Watches
  readonly node: NodeId
  readonly ensemble: EnsembleId
  observe(status: boolean, decisions: boolean): void
  status(): Promise<ReplicaStatus | null>
  close(): Promise<void>
}

const utf8 = new TextEncoder()
const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? utf8.encode(data) : data

export class Keeper extends EventTarget {
  readonly #parts: KeeperParts
  #state: KeeperState = 'connecting'

  /** Use `connect` instead. */
  constructor(parts: KeeperParts) {
    super()
    this.#parts = parts
  }

  get state(): KeeperState {
    return this.#state
  }

  /** This app's replica, for ever. */
  get node(): NodeId {
    return this.#parts.node
  }

  /** What others need to join: see `connect({ ensemble })`. */
  get ensemble(): EnsembleId {
    return this.#parts.ensemble
  }

  /** The session's id: what `stat.ephemeralOwner` shows. 0 while connecting. */
  get session(): number {
    return this.#parts.session.id
  }

  /**
   * Creates a znode. Resolves with its path, which a sequential mode completes with ten digits, and its stat.
   * Errors: BadArguments, NoNode (the parent), NodeExists, NoChildrenForEphemerals, DataTooLarge, SequenceExhausted.
   */
  async create(
    path: string,
    data: Uint8Array | string = '',
    { mode = 'persistent', ...options }: CallOptions & { readonly mode?: CreateMode } = {},
  ): Promise<{ readonly path: ZnodePath; readonly stat: Stat }> {
    const operation = operationOf({ type: 'create', path, data: bytesOf(data), mode })
    const answer = await this.#parts.session.write(operation, options)
    if (answer.type === 'create') return { path: answer.path, stat: answer.stat }
    throw mismatch(answer.type)
  }

  /** The znode's data and stat. Errors: BadArguments, NoNode. */
  async get(
    path: string,
    options: ReadOptions = {},
  ): Promise<{ readonly data: Uint8Array; readonly stat: Stat }> {
    const answer = await this.#read('get', path, options)
    if (answer?.type === 'get') return { data: answer.data, stat: answer.stat }
    throw mismatch(answer?.type)
  }

  /** Replaces the data, where `version` is the present one (-1, the default: whichever). Errors: BadArguments, NoNode, BadVersion, DataTooLarge. */
  async set(
    path: string,
    data: Uint8Array | string,
    { version = -1, ...options }: CallOptions & { readonly version?: number } = {},
  ): Promise<Stat> {
    const operation = operationOf({ type: 'set', path, data: bytesOf(data), version })
    const answer = await this.#parts.session.write(operation, options)
    if (answer.type === 'set') return answer.stat
    throw mismatch(answer.type)
  }

  /** Deletes a znode without children. Errors: BadArguments, NoNode, BadVersion, NotEmpty. */
  async delete(
    path: string,
    { version = -1, ...options }: CallOptions & { readonly version?: number } = {},
  ): Promise<void> {
    await this.#parts.session.write(operationOf({ type: 'delete', path, version }), options)
  }

  /** The znode's stat, or null where there is none; a watch set on nothing tells of the creation. Errors: BadArguments. */
  async exists(path: string, options: ReadOptions = {}): Promise<Stat | null> {
    const answer = await this.#read('exists', path, options)
    if (answer?.type === 'exists') return answer.stat
    throw mismatch(answer?.type)
  }

  /** The names of the children, sorted by code unit, and the znode's own stat. Errors: BadArguments, NoNode. */
  async children(
    path: string,
    options: ReadOptions = {},
  ): Promise<{ readonly children: readonly string[]; readonly stat: Stat }> {
    const answer = await this.#read('children', path, options)
    if (answer?.type === 'children') return { children: answer.children, stat: answer.stat }
    throw mismatch(answer?.type)
  }

  /**
   * Watches until closed, and loses nothing: every change of the znode (with `recursive` also of those below), in order,
   * each once, beginning after `from`. The watch stands when this resolves. Iterate over it, or give `onEvent`. Where the
   * changes after `from` are not known one by one any more it says {@link Resync}, which has the znodes to start from;
   * so does a watch that stands when its replica was too far behind to be told each step. `watcher.zxid` is what a later
   * watch, of any session at any replica, goes on from. Errors: BadArguments, LimitExceeded.
   */
  async watch(
    path: string,
    { recursive = false, from, onEvent, ...options }: WatchOptions = {},
  ): Promise<Watcher> {
    const parsed = pathOf(path)
    if (from !== undefined && !isCounter(from))
      throw new KeeperError('BadArguments', 'a watch goes on from a zxid', path)
    const { session, watches } = this.#parts
    const kind = recursive ? 'persistentRecursive' : 'persistent'
    const source: WatchSource = {
      attach: (sink, after) => {
        const id = watches.add(sink)
        const attached = session.addWatch(id, kind, parsed, after, options)
        const detach = () => {
          watches.remove(id)
          session.forgetWatch(id, parsed)
        }
        return { attached, detach }
      },
      get toldThrough() {
        return session.toldThrough
      },
    }
    const watcher = new Watcher(source, onEvent ?? null)
    try {
      await watcher.start(from === undefined ? 'now' : slot(from))
    } catch (error) {
      watcher.close()
      throw error
    }
    options.signal?.addEventListener('abort', () => watcher.close(), { once: true })
    return watcher
  }

  /**
   * Calls `watcher` at every change, until it is removed: ZooKeeper's persistent watches. A function is one watcher: it is
   * told of a change once, wherever it is set. What changed while this replica was given another state it is told as far
   * as the states differ; {@link watch} loses nothing. Errors: BadArguments, LimitExceeded.
   */
  async addWatch(
    path: string,
    watcher: WatchCallback,
    { mode = 'persistent', ...options }: AddWatchOptions = {},
  ): Promise<void> {
    await this.#parts.session.addCallback(watcher, mode, pathOf(path), options)
  }

  /**
   * Removes watches at `path`; each watcher is told so (DataWatchRemoved, ChildWatchRemoved, PersistentWatchRemoved), and
   * one of `watch` ends. Errors: BadArguments, NoWatcher.
   */
  async removeWatches(
    path: string,
    { watcher, type = 'any', ...options }: RemoveWatchesOptions = {},
  ): Promise<void> {
    const parsed = pathOf(path)
    const { session, watches } = this.#parts
    const id = watcher === undefined ? null : watches.idOf(watcher)
    if (id === undefined) throw new KeeperError('NoWatcher', 'this watcher was never set', path)
    await session.removeWatches(id, parsed, type, options)
  }

  /** Resolves when this replica has everything that was chosen anywhere before the call: a real quorum operation. */
  async sync(options: CallOptions = {}): Promise<void> {
    await this.#parts.session.read(null, 'linearizable', null, options)
  }

  /** The replica as it is now; null when it has stopped. */
  status(): Promise<ReplicaStatus | null> {
    return this.#parts.status()
  }

  /** From now on `status` and `decisions` events tell what the replica does: for people to see. */
  observe({ status = true, decisions = true }: { status?: boolean; decisions?: boolean } = {}): void {
    this.#parts.observe(status, decisions)
  }

  /** Closes the session with its ephemerals, then the replica. Never rejects; at most two seconds. Idempotent. */
  close(): Promise<void> {
    return this.#parts.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Hears `state`, `status` and `decisions`; see {@link KeeperEvents}. */
  on<Name extends keyof KeeperEvents>(
    name: Name,
    listener: (detail: KeeperEvents[Name]['detail']) => void,
    options: { readonly signal?: AbortSignal } = {},
  ): void {
    const onEvent = (event: Event) => {
      if (event instanceof CustomEvent) listener(event.detail)
    }
    this.addEventListener(name, onEvent, options)
  }

  /** For `connect`. @internal */
  enter(state: KeeperState): void {
    if (state === this.#state || this.#state === 'closed') return
    if (this.#state === 'expired' && state !== 'closed') return
    this.#state = state
    this.emit('state', state)
  }

  /** For `connect`. @internal */
  emit<Name extends keyof KeeperEvents>(name: Name, detail: KeeperEvents[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #read(type: 'get' | 'exists' | 'children', path: string, options: ReadOptions) {
    const { consistency = 'sequential', watch = null, ...call } = options
    return this.#parts.session.read({ type, path: pathOf(path) }, consistency, watch, call)
  }
}

function pathOf(text: string): ZnodePath {
  const path = parsePath(text)
  if (path.ok) return path.value
  throw new KeeperError(path.error.code, path.error.message, text)
}

function operationOf(asked: { readonly [key: string]: unknown; readonly path: string }): Operation {
  const operation = parseOperation(asked)
  if (operation.ok) return operation.value
  throw new KeeperError(operation.error.code, operation.error.message, asked.path)
}

const mismatch = (type: string | undefined): Error =>
  new Error(`the replica answered with ${type}: client and worker are of different versions`)
