/**
 * One session, as calls see it: sends writes and reads in their order, resolves answers, hands watch events to the watches.
 * How it is opened, and goes on at the next replica, is its foothold's. Does not know the app's API.
 * Source: ZooKeeper Programmer's Guide, "Sessions" and "Consistency Guarantees"; exactly-once by session and xid.
 */
import { type Clock, ownClock } from '../host/time/clock.ts'
import type { StreamPort } from '../host/worker/protocol.ts'
import { type SessionId, slotAfter, type Xid, type Zxid } from '../logic/base/ids.ts'
import type { ClientEvent } from '../logic/replica/event.ts'
import type { Operation } from '../logic/state/command.ts'
import type { OperationAnswer, Reply } from '../logic/state/contract.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type { Query, QueryAnswer } from '../logic/state/query.ts'
import type { StandingKind, WatchId, WatchSelection } from '../logic/watch/contract.ts'
import { type CallOptions, Calls } from './calls.ts'
import { aborted, type KeeperError, keeperError } from './error.ts'
import { Foothold } from './foothold.ts'
import type { Link } from './link.ts'
import { Outstanding, type ReadRequest } from './outstanding.ts'
import type { Setting, WatchCallback, Watches } from './watches.ts'

type Answered = Extract<ClientEvent, { readonly type: 'answered' }>

/** A write that was carried out. */
export interface Written {
  readonly answer: OperationAnswer
  /** Paths of quotas whose soft limit it passed. */
  readonly overQuota: readonly ZnodePath[]
}

/** What a session takes from the page that it lives in. */
export interface SessionPlace {
  readonly clock: Clock
  /** One that nobody has: it finds the session again. */
  randomId(): string
}

const ownPlace: SessionPlace = { clock: ownClock, randomId: () => crypto.randomUUID() }

export type Consistency = 'sequential' | 'linearizable'

export class Session {
  readonly #watches: Watches
  readonly #writes: Calls<Xid>
  readonly #reads: Calls<number>
  readonly #outstanding = new Outstanding()
  readonly #foothold: Foothold
  /** Watches that requests on their way will set. */
  readonly #settings = new Map<number, Setting>()
  #ended: KeeperError | null = null

  /** Asks for a session of `timeoutMs`; calls may be made at once and wait for it within their own limits. */
  constructor(
    link: Link,
    watches: Watches,
    timeoutMs: number,
    callTimeoutMs: number,
    place: SessionPlace = ownPlace,
  ) {
    const { clock } = place
    this.#watches = watches
    this.#writes = new Calls(callTimeoutMs, () => undefined, clock)
    this.#reads = new Calls(callTimeoutMs, id => this.#abandon(id), clock)
    this.#foothold = new Foothold({
      link,
      watches,
      clock,
      token: place.randomId(),
      timeoutMs,
      nextId: () => this.#outstanding.nextId(),
      served: () => {
        for (const request of this.#outstanding.all()) this.#foothold.send(request)
      },
    })
  }

  /** Resolves when the session is open; never rejects. */
  get opened(): Promise<void> {
    return this.#foothold.opened
  }

  /** The zxid of its opening; 0 until then. */
  get id(): SessionId {
    return this.#foothold.id
  }

  /** How often it went to a replica after its first. */
  get moves(): number {
    return this.#foothold.moves
  }

  /** Everything up to here that any watcher is to hear was told. */
  get toldThrough(): Zxid {
    return this.#foothold.toldThrough
  }

  /** A replica serves it, and has caught up with what the session saw. */
  get isServed(): boolean {
    return this.#foothold.isServed
  }

  /** Its replica is gone, and no other known yet: what is called waits, within its own limits. */
  suspend(): void {
    this.#foothold.leave()
  }

  /**
   * Goes on at the replica at `port`, which may be the same, started again. Nothing is lost by the move: watches are set
   * anew and told what happened meanwhile, writes without an answer are asked for again under their old xids, which the
   * state carries out once, and reads after them, at a state no older than the session saw. Resolves with whether the
   * session is served there: false where it went on to another replica first, or is over. Never rejects.
   */
  resume(port: StreamPort): Promise<boolean> {
    return this.#foothold.moveTo(port)
  }

  /** Carries `operation` out, after all earlier ones of this session. Rejects with a KeeperError. */
  async write(operation: Operation, options?: CallOptions): Promise<Written> {
    this.#check(options)
    const { xid, request } = this.#outstanding.addWrite(operation)
    const answer = this.#writes.wait<Reply>(xid, operation.type, options)
    this.#foothold.send(request)
    const { result, overQuota = [] } = await answer
    if (result.ok) return { answer: result.value, overQuota }
    throw keeperError(result.error, 'path' in operation ? operation.path : null)
  }

  /** Reads after this session's writes, and never behind what it saw. Rejects with a KeeperError. */
  async read(
    query: Query | null,
    consistency: Consistency,
    watcher: WatchCallback | null,
    options?: CallOptions,
  ): Promise<QueryAnswer | null> {
    this.#checkRead(options)
    const path = query !== null && 'path' in query ? query.path : null
    const setting =
      watcher !== null && query !== null && path !== null
        ? this.#watches.begin(watcher, query.type === 'children' ? 'children' : 'data', path)
        : null
    const watch = setting?.watch ?? null
    return this.#ask({ type: 'read', consistency, query, watch }, path, setting, options)
  }

  /**
   * Sets a watch that stays, in order with the session's other calls: with `from` one that loses nothing, else (null) one
   * that is told of lost changes by what remains of them. Rejects with a KeeperError.
   */
  async addWatch(
    watcher: WatchId | WatchCallback,
    kind: StandingKind,
    path: ZnodePath,
    from: Zxid | 'now' | null,
    options?: CallOptions,
  ): Promise<void> {
    this.#checkRead(options)
    const setting = this.#watches.begin(watcher, kind, path)
    await this.#ask({ type: 'addWatch', watch: setting.watch, kind, path, from }, path, setting, options)
  }

  /** Removes watches at `path`, of one watcher or (null) all. Rejects with a KeeperError: NoWatcher. */
  async removeWatches(
    watch: WatchId | null,
    path: ZnodePath,
    selection: WatchSelection,
    options?: CallOptions,
  ): Promise<void> {
    this.#checkRead(options)
    await this.#ask({ type: 'removeWatches', watch, path, selection }, path, null, options)
  }

  /** Removes a watcher for which nobody waits: the session may be gone already, and the watch not be set. */
  forgetWatch(watch: WatchId, path: ZnodePath): void {
    if (this.#ended) return
    this.#foothold.send(
      this.#outstanding.addRead({ type: 'removeWatches', watch, path, selection: 'any' }).request,
    )
  }

  /** Takes what the replica says of this session. */
  receive(event: ClientEvent): void {
    const foothold = this.#foothold
    switch (event.type) {
      case 'written':
        this.#outstanding.written(event.xid)
        foothold.see(event.reply.zxid)
        foothold.tell(event.reply.zxid)
        this.#writes.resolve(event.xid, event.reply)
        return
      case 'answered':
        foothold.see(event.zxid)
        foothold.tell(event.zxid)
        if (foothold.takes(event)) return
        this.#outstanding.answered(event.id)
        this.#settle(event.id, event.result.ok ? 'set' : 'notSet')
        this.#reads.resolve(event.id, event)
        return
      case 'watch':
        foothold.see(event.zxid)
        // Others may be told of the same transaction after this one.
        foothold.tell(slotAfter(event.zxid, -1))
        return this.#watches.fire(event)
      case 'resync':
        foothold.see(event.zxid)
        return this.#watches.resync(event)
      case 'seen':
        foothold.see(event.zxid)
        return foothold.tell(event.zxid)
      case 'opened':
        return foothold.open(event)
      case 'refused':
      case 'ended':
      case 'quorum':
        return
    }
  }

  /** Nothing goes out any more; every waiting call is rejected with `error`. */
  end(error: KeeperError): void {
    if (this.#ended) return
    this.#ended = error
    this.#foothold.end()
    this.#outstanding.clear()
    this.#writes.rejectAll(error)
    this.#reads.rejectAll(error)
    this.#watches.end(error)
  }

  /** Sends what is answered by `answered`, and waits for that. */
  async #ask(
    asked: ReadRequest,
    path: ZnodePath | null,
    setting: Setting | null,
    options?: CallOptions,
  ): Promise<QueryAnswer | null> {
    const { id, request } = this.#outstanding.addRead(asked)
    if (setting !== null) this.#settings.set(id, setting)
    const what = asked.type === 'read' ? (asked.query?.type ?? 'sync') : asked.type
    const answer = this.#reads.wait<Answered>(id, what, options)
    this.#foothold.send(request)
    const { result } = await answer
    if (result.ok) return result.value
    throw keeperError(result.error, path)
  }

  #check(options: CallOptions | undefined): void {
    if (this.#ended) throw this.#ended
    if (options?.signal?.aborted) throw aborted('a call', options.signal)
  }

  #checkRead(options: CallOptions | undefined): void {
    this.#check(options)
    // A replica has its own bound.
    if (!this.isServed) this.#outstanding.checkReads()
  }

  /** Nobody waits for read `id` any more. */
  #abandon(id: number): void {
    this.#outstanding.answered(id)
    if (!this.#settle(id, 'unknown')) this.#cancel(id, null)
  }

  /** What was to be set by read `id` is, or is not. Whether a watch was taken back that may be set and is not wanted. */
  #settle(id: number, outcome: 'set' | 'notSet' | 'unknown'): boolean {
    const unset = this.#settings.get(id)
    if (unset === undefined) return false
    this.#settings.delete(id)
    if (!this.#watches.settle(unset, outcome)) return false
    this.#cancel(id, unset)
    return true
  }

  #cancel(id: number, unset: Setting | null): void {
    this.#foothold.send(session => ({ type: 'cancel', session, id, unset }))
  }
}
