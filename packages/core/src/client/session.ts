/**
 * One session, from the page: sends its writes and reads in their order, resolves answers, hands watch events to the
 * watches. Outlives its replica: at the next one it sets its watches anew and asks again what was not answered. Does not
 * know the app's API, or which replica is the next.
 *
 *   away --resume--> opening --opened--> served         there is no session yet
 *   away --resume--> returning --answered--> served     the watches come first: they tell of changes before any answer
 *   opening, returning, served --suspend--> away         can show them
 *
 * Source: ZooKeeper Programmer's Guide, "Sessions" and "Consistency Guarantees", and its client's setWatches;
 * exactly-once by session and xid.
 */
import { type Clock, ownClock } from '../host/time/clock.ts'
import type { StreamPort } from '../host/worker/protocol.ts'
import { noSession, noSlot, type SessionId, slotAfter, type Xid, xid, type Zxid } from '../logic/base/ids.ts'
import type { Result } from '../logic/base/result.ts'
import type { ClientEvent, ClientRequest } from '../logic/replica/event.ts'
import type { Operation } from '../logic/state/command.ts'
import type { OperationAnswer, Reply } from '../logic/state/contract.ts'
import type { Failure } from '../logic/state/error.ts'
import { pathOf } from '../logic/state/operation-facts.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type { Query, QueryAnswer } from '../logic/state/query.ts'
import type { StandingKind, WatchId, WatchSelection } from '../logic/watch/contract.ts'
import { type CallOptions, Calls } from './calls.ts'
import { aborted, type KeeperError, keeperError } from './error.ts'
import type { Link } from './link.ts'
import { Outstanding, type Position, type Request } from './outstanding.ts'
import type { Setting, WatchCallback, Watches } from './watches.ts'

export interface Answered {
  readonly zxid: Zxid
  readonly result: Result<QueryAnswer | null, Failure>
}

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
  /** Resolves when the session is open; never rejects. */
  readonly opened: Promise<void>
  #id: SessionId = noSession
  #onOpened: () => void = () => undefined
  readonly #token: string
  readonly #timeoutMs: number
  readonly #link: Link
  readonly #watches: Watches
  readonly #writes: Calls<Xid>
  readonly #reads: Calls<number>
  readonly #outstanding = new Outstanding()
  /** Only while it is `served` does what is called go out at once; else it waits among what is outstanding. */
  #phase: 'opening' | 'served' | 'away' | 'returning' = 'opening'
  /** Of the request that sets the watches anew, while it is `returning`. */
  #returnId = 0
  #moves = 0
  /** Told when a return is over: whether it is served again. */
  #onReturned: (isServed: boolean) => void = () => undefined
  readonly #clock: Clock
  #endPinging: () => void = () => undefined
  /** Watches that requests on their way will set. */
  readonly #settings = new Map<number, Setting>()
  /** The newest state that an answer or event came from: no read goes back behind it. */
  #seenZxid: Zxid = noSlot
  /** Everything up to here that any watcher is to hear was told. Invariant: never over `seenZxid`, never goes back. */
  #toldThrough: Zxid = noSlot
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
    this.#clock = clock
    this.#token = place.randomId()
    this.#timeoutMs = timeoutMs
    this.opened = new Promise(resolve => {
      this.#onOpened = resolve
    })
    this.#link = link
    this.#watches = watches
    this.#writes = new Calls(callTimeoutMs, () => undefined, clock)
    this.#reads = new Calls(callTimeoutMs, id => this.#abandon(id), clock)
    this.#return()
  }

  /** The zxid of its opening; 0 until then. */
  get id(): SessionId {
    return this.#id
  }

  /** How often it went to a replica after its first. */
  get moves(): number {
    return this.#moves
  }

  get toldThrough(): Zxid {
    return this.#toldThrough
  }

  /** A replica serves it, and has caught up with what the session saw. */
  get isServed(): boolean {
    return this.#phase === 'served'
  }

  /** Its replica is gone, and no other known yet: what is called waits, within its own limits. */
  suspend(): void {
    this.#link.letGo()
    this.#leave()
  }

  /**
   * Goes on at the replica at `port`, which may be the same, started again. Nothing is lost by the move: watches are set
   * anew and told what happened meanwhile, writes without an answer are asked for again under their old xids, which the
   * state carries out once, and reads after them, at a state no older than the session saw. Resolves with whether the
   * session is served there: false where it went on to another replica first, or is over. Never rejects.
   */
  resume(port: StreamPort): Promise<boolean> {
    this.#link.switchTo(port)
    this.#moves++
    this.#leave()
    if (this.#ended) return Promise.resolve(false)
    const returned = new Promise<boolean>(resolve => {
      this.#onReturned = resolve
    })
    // After the rest of a message from the old replica that is being taken: it came, and counts as heard.
    queueMicrotask(() => {
      if (this.#phase === 'away' && !this.#ended) this.#return()
    })
    return returned
  }

  /** Carries `operation` out, after all earlier ones of this session. Rejects with a KeeperError. */
  async write(operation: Operation, options?: CallOptions): Promise<Written> {
    this.#check(options)
    const { xid: number, request } = this.#outstanding.addWrite(operation)
    const answer = this.#writes.wait<Reply>(number, operation.type, options)
    this.#send(request)
    const { result, overQuota = [] } = await answer
    if (result.ok) return { answer: result.value, overQuota }
    throw keeperError(result.error, pathOf(operation))
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
    return this.#ask(
      query?.type ?? 'sync',
      path,
      position => ({ type: 'read', ...position, consistency, query, watch }),
      setting,
      options,
    )
  }

  /** Sets a watch that stays and loses nothing, in order with the session's other calls. Rejects with a KeeperError. */
  async addWatch(
    watch: WatchId,
    kind: StandingKind,
    path: ZnodePath,
    from: Zxid | 'now',
    options?: CallOptions,
  ): Promise<void> {
    this.#checkRead(options)
    await this.#ask(
      'watch',
      path,
      position => ({ type: 'addWatch', ...position, watch, kind, path, from }),
      this.#watches.beginAgain({ watch, kind, path }),
      options,
    )
  }

  /** Has a function called at every change, likewise. */
  async addCallback(
    callback: WatchCallback,
    kind: StandingKind,
    path: ZnodePath,
    options?: CallOptions,
  ): Promise<void> {
    this.#checkRead(options)
    const setting = this.#watches.begin(callback, kind, path)
    const { watch } = setting
    await this.#ask(
      'addWatch',
      path,
      position => ({ type: 'addWatch', ...position, watch, kind, path, from: null }),
      setting,
      options,
    )
  }

  /** Removes watches at `path`, of one watcher or (null) all. Rejects with a KeeperError: NoWatcher. */
  async removeWatches(
    watch: WatchId | null,
    path: ZnodePath,
    selection: WatchSelection,
    options?: CallOptions,
  ): Promise<void> {
    this.#checkRead(options)
    await this.#ask(
      'removeWatches',
      path,
      position => ({ type: 'removeWatches', ...position, watch, path, selection }),
      null,
      options,
    )
  }

  /** Removes a watcher for which nobody waits: the session may be gone already, and the watch not be set. */
  forgetWatch(watch: WatchId, path: ZnodePath): void {
    if (this.#ended) return
    const { request } = this.#outstanding.addRead(position => ({
      type: 'removeWatches',
      ...position,
      watch,
      path,
      selection: 'any',
    }))
    this.#send(request)
  }

  /** Sends what is answered by `answered`, and waits for that. */
  async #ask(
    what: string,
    path: ZnodePath | null,
    make: (position: Position) => ClientRequest,
    setting: Setting | null,
    options?: CallOptions,
  ): Promise<QueryAnswer | null> {
    const { id, request } = this.#outstanding.addRead(make)
    if (setting !== null) this.#settings.set(id, setting)
    const answer = this.#reads.wait<Answered>(id, what, options)
    this.#send(request)
    const { result } = await answer
    if (result.ok) return result.value
    throw keeperError(result.error, path)
  }

  /** Takes what the replica says of this session. */
  receive(event: ClientEvent): void {
    switch (event.type) {
      case 'written':
        this.#outstanding.written(event.xid)
        this.#see(event.reply.zxid)
        this.#tell(event.reply.zxid)
        this.#writes.resolve(event.xid, event.reply)
        return
      case 'answered':
        this.#see(event.zxid)
        this.#tell(event.zxid)
        if (this.#phase === 'returning' && event.id === this.#returnId) return this.#returned(event)
        this.#outstanding.answered(event.id)
        this.#settle(event.id, event.result.ok ? 'set' : 'notSet')
        this.#reads.resolve(event.id, event)
        return
      case 'watch':
        this.#see(event.zxid)
        // Others may be told of the same transaction after this one.
        this.#tell(slotAfter(event.zxid, -1))
        return this.#watches.fire(event)
      case 'resync':
        this.#see(event.zxid)
        return this.#watches.resync(event)
      case 'seen':
        this.#see(event.zxid)
        return this.#tell(event.zxid)
      case 'opened':
        if (event.token === this.#token) this.#open(event.session, event.timeoutMs)
        return
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
    this.#endPinging()
    this.#onReturned(false)
    this.#outstanding.clear()
    this.#writes.rejectAll(error)
    this.#reads.rejectAll(error)
    this.#watches.end(error)
  }

  #leave(): void {
    this.#phase = 'away'
    this.#onReturned(false)
  }

  /** The first that a replica hears. A session that is open needs no quorum to go on: the replica knows it, or will. */
  #return(): void {
    const session = this.#id
    if (session === noSession) {
      this.#phase = 'opening'
      this.#link.request({ type: 'open', token: this.#token, timeoutMs: this.#timeoutMs })
      return
    }
    this.#phase = 'returning'
    const id = this.#outstanding.nextId()
    this.#returnId = id
    this.#link.request({ type: 'ping', session })
    this.#link.request({
      type: 'setWatches',
      session,
      id,
      afterXid: xid(0),
      seenZxid: this.#seenZxid,
      watches: this.#watches.standing(this.#toldThrough),
    })
  }

  /** The watches stand, and have told what they were to tell. */
  #returned({ zxid, result }: Answered): void {
    if (!result.ok) this.#watches.end(keeperError(result.error, null))
    this.#serve()
    this.#tell(zxid)
  }

  #open(session: SessionId, timeoutMs: number): void {
    if (this.#id !== noSession || this.#ended) return
    this.#id = session
    this.#endPinging = this.#clock.every(timeoutMs / 3, () => this.#ping())
    this.#serve()
    this.#onOpened()
  }

  /** All that waited goes out. */
  #serve(): void {
    this.#phase = 'served'
    for (const request of this.#outstanding.all()) this.#send(request)
    this.#onReturned(true)
  }

  #ping(): void {
    if (this.#phase !== 'away') this.#link.request({ type: 'ping', session: this.#id })
  }

  #send(request: Request): void {
    if (this.#phase === 'served') this.#link.request(request(this.#id, this.#seenZxid))
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
    if (!this.#settle(id, 'unknown')) this.#send(session => ({ type: 'cancel', session, id, unset: null }))
  }

  /** What was to be set by read `id` is, or is not. Whether a watch was taken back that may be set and is not wanted. */
  #settle(id: number, outcome: 'set' | 'notSet' | 'unknown'): boolean {
    const unset = this.#settings.get(id)
    if (unset === undefined) return false
    this.#settings.delete(id)
    if (!this.#watches.settle(unset, outcome)) return false
    this.#send(session => ({ type: 'cancel', session, id, unset }))
    return true
  }

  #see(zxid: Zxid): void {
    if (zxid > this.#seenZxid) this.#seenZxid = zxid
  }

  /** Until the watches are set anew they have not heard what is told besides. */
  #tell(zxid: Zxid): void {
    if (zxid > this.#toldThrough && this.#phase === 'served') this.#toldThrough = zxid
  }
}
