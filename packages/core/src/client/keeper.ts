/**
 * What an app holds: the tree, its session, its replica. The tree's operations are in operations.ts and administration.ts;
 * here are the watches that stay, the states, and the replica.
 */
import type { Clock } from '../host/time/clock.ts'
import { onceAborted } from '../host/time/signals.ts'
import type { MissingQuorum, ReplicaStatus } from '../host/worker/protocol.ts'
import type { EnsembleId, NodeId } from '../logic/base/ids.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type { Query, QueryAnswer } from '../logic/state/query.ts'
import { Administration, type AdministrationParts } from './administration.ts'
import type { CallOptions } from './calls.ts'
import { bytes, type Codec } from './codec.ts'
import { KeeperError, keeperError } from './error.ts'
import type { KeeperEvents, KeeperState } from './events.ts'
import { mismatch, type ReadOptions } from './operations.ts'
import { pathOf } from './path.ts'
import type { Typed, TypedKeeper } from './typed.ts'
import type { AddWatchOptions, RemoveWatchesOptions, WatchOptions } from './watch-options.ts'
import type { Watcher } from './watcher.ts'
import type { WatchCallback, Watches } from './watches.ts'
import type { Watch } from './watching.ts'

export interface KeeperParts extends AdministrationParts {
  /** The page's. */
  readonly clock: Clock
  readonly watches: Watches
  readonly watch: Watch
  readonly typed: Typed
  readonly node: NodeId
  observe(status: boolean, decisions: boolean): void
  status(options: CallOptions): Promise<ReplicaStatus | null>
  close(): Promise<void>
  fork(options: CallOptions): Promise<EnsembleId>
}

export class Keeper extends Administration {
  readonly #parts: KeeperParts
  #state: KeeperState = 'connecting'
  #missing: MissingQuorum | null = null
  /** What is told once and stays so, for listeners that come later. */
  readonly #facts: CustomEvent[] = []
  /** Take what listens to apps' signals away. */
  readonly #atSignals: (() => void)[] = []

  /** Use `connect` instead. */
  constructor(parts: KeeperParts) {
    super(parts)
    this.#parts = parts
  }

  /** The time that this keeper lives by: for what waits on its behalf. @internal */
  get clock(): Clock {
    return this.#parts.clock
  }

  get state(): KeeperState {
    return this.#state
  }

  /**
   * Who is missing, and since when, while no quorum is in reach: what an app shows people who wait. Null otherwise, and for a
   * moment after a quorum was lost, until it is known. See the `missing` event.
   */
  get missing(): MissingQuorum | null {
    return this.#missing
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
   * Watches until closed, and loses nothing: every change of the znode (with `recursive` also of those below), in order,
   * each once, beginning after `from`. The watch stands when this resolves. Iterate over it, or give `onEvent`. Where the
   * changes after `from` are not known one by one any more it says {@link Resync}, which has the znodes to start from;
   * so does a watch that stands when its replica was too far behind to be told each step. `watcher.zxid` is what a later
   * watch, of any session at any replica, goes on from. Errors: BadArguments, LimitExceeded.
   */
  watch(path: string, options: WatchOptions = {}): Promise<Watcher> {
    return this.#parts.watch(path, bytes, options)
  }

  /**
   * This keeper with values of one type in the place of bytes: `keeper.with(json(Seat.parse)).get('/seats/12')`. The same
   * session; nothing to close.
   */
  with<Value>(codec: Codec<Value>): TypedKeeper<Value> {
    return this.#parts.typed(this, codec)
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
    await this.#parts.session.addWatch(watcher, mode, pathOf(path), null, options)
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

  /** The replica as it is now; null when it has stopped, or does not answer in time. Errors: Aborted. */
  status(options: CallOptions = {}): Promise<ReplicaStatus | null> {
    return this.#parts.status(options)
  }

  /** From now on `status` and `decisions` events tell what the replica does: for people to see. */
  observe({ status = true, decisions = true }: { status?: boolean; decisions?: boolean } = {}): void {
    this.#parts.observe(status, decisions)
  }

  /** Closes the session with its ephemerals, then the replica. Never rejects; commonly at once, at most seven seconds,
   * where the others have no quorum before this replica has handed over. Idempotent. */
  close(): Promise<void> {
    return this.#parts.close()
  }

  /**
   * The way out where the majority of the voters is lost for good, which only a person can know: makes a new ensemble, with
   * an id of its own, of what this replica holds. Any state but `closed` will do, and any tab of the profile.
   *
   * What is given up: every write that did not get to this replica, also such as others were told had been carried out; and
   * every session, with its ephemerals. A write that it has and nobody knows to be decided counts as decided.
   * Whoever is still in the old ensemble is refused by the new one, and comes to it as a new member, without what it alone
   * had: `connect({ ensemble, abandon })`.
   *
   * Resolves with the new ensemble. Then this keeper is closed, as is every other at this replica, each after a `forked`
   * event; `connect` again, and zxids go on far above the old ones. Rejects with a KeeperError: ForkFailed, where the
   * replica may have stopped all the same (`connect` again); Timeout (30 seconds where `options` do not say), after which
   * the fork may still be made; Aborted; Closed.
   */
  fork(options: CallOptions = {}): Promise<EnsembleId> {
    return this.#parts.fork(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Hears {@link KeeperEvents}. */
  on<Name extends keyof KeeperEvents>(
    name: Name,
    listener: (detail: KeeperEvents[Name]['detail']) => void,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): void {
    const onEvent = (event: Event) => {
      if (event instanceof CustomEvent && !signal?.aborted) listener(event.detail)
    }
    this.addEventListener(name, onEvent)
    this.#atSignals.push(onceAborted(signal, () => this.removeEventListener(name, onEvent)))
    for (const fact of this.#facts) if (fact.type === name) queueMicrotask(() => onEvent(fact))
  }

  /** Without a session what this replica holds is asked of its worker. @internal */
  protected override async readNow(query: Query, options: ReadOptions): Promise<QueryAnswer | null> {
    const { consistency = 'sequential', watch = null, ...limits } = options
    if (this.#state !== 'readOnly' || consistency !== 'sequential' || watch !== null)
      return super.readNow(query, options)
    const answer = await this.#parts.ask({ type: 'query', query }, limits)
    if (answer.type !== 'query') throw mismatch(answer.type)
    if (answer.result.ok) return answer.result.value
    throw keeperError(answer.result.error, 'path' in query ? query.path : null)
  }

  /** For `connect`. @internal */
  enter(state: KeeperState): void {
    if (state === this.#state || this.#state === 'closed') return
    if (this.#state === 'expired' && state !== 'closed') return
    this.#state = state
    this.emit('state', state)
    if (state === 'closed') for (const takeAway of this.#atSignals.splice(0)) takeAway()
  }

  /** For `connect`. @internal */
  tellMissing(missing: MissingQuorum | null): void {
    this.#missing = missing
    if (missing !== null) this.emit('missing', missing)
  }

  /** Also to listeners that come later. For `connect`. @internal */
  tellFact<Name extends 'foreign' | 'persisted'>(name: Name, detail: KeeperEvents[Name]['detail']): void {
    this.#facts.push(new CustomEvent(name, { detail }))
    this.emit(name, detail)
  }

  /** For `connect`. @internal */
  emit<Name extends keyof KeeperEvents>(name: Name, detail: KeeperEvents[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  protected override passedQuota(paths: readonly ZnodePath[]): void {
    this.emit('quota', paths)
  }
}
