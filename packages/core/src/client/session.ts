/**
 * One session, from the page: numbers its writes, keeps its reads after them, resolves answers, hands watch events to
 * the watches. Does not know the app's API.
 *
 * Source: ZooKeeper Programmer's Guide, "Sessions" and "Consistency Guarantees"; exactly-once by session and xid.
 */
import { noSession, noSlot, type SessionId, slotAfter, type Xid, xid, type Zxid } from '../logic/base/ids.ts'
import { outstandingRequestsMax } from '../logic/base/limits.ts'
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
import { KeeperError, keeperError } from './error.ts'
import type { Link } from './link.ts'
import type { Setting, WatchCallback, Watches } from './watches.ts'

/** Half of what the state remembers: an answer that is lost on the way is still remembered when it is asked again. */
const writesWaitingMax = outstandingRequestsMax / 2

export interface Answered {
  readonly zxid: Zxid
  readonly result: Result<QueryAnswer | null, Failure>
}

/** A call among the session's others. */
interface Position {
  readonly id: number
  readonly afterXid: Xid
  readonly seenZxid: Zxid
}

/** A write that was carried out. */
export interface Written {
  readonly answer: OperationAnswer
  /** Paths of quotas whose soft limit it passed. */
  readonly overQuota: readonly ZnodePath[]
}

export type Consistency = 'sequential' | 'linearizable'

export class Session {
  /** Resolves when the session is open; never rejects. */
  readonly opened: Promise<void>
  #id: SessionId = noSession
  #onOpened: () => void = () => undefined
  readonly #token: string
  /** Until it is open: what will go out then. */
  #held: ((session: SessionId) => ClientRequest)[] = []
  readonly #link: Link
  readonly #watches: Watches
  readonly #writes: Calls<Xid>
  readonly #reads: Calls<number>
  #pinger: ReturnType<typeof setInterval> | undefined
  /** The last xid given to a write. */
  #lastXid: Xid = xid(0)
  /** Answered out of the row that ends at `acknowledged`. */
  readonly #answered = new Set<Xid>()
  #acknowledged: Xid = xid(0)
  /** Callbacks that requests on their way will set. */
  readonly #settings = new Map<number, Setting>()
  /** The newest state that an answer or event came from: no read goes back behind it. */
  #seenZxid: Zxid = noSlot
  /** Everything up to here that any watcher is to hear was told. Invariant: never over `seenZxid`, never goes back. */
  #toldThrough: Zxid = noSlot
  #nextReadId = 1
  #ended: KeeperError | null = null

  /** Asks for a session of `timeoutMs`; calls may be made at once and wait for it within their own limits. */
  constructor(link: Link, watches: Watches, timeoutMs: number, callTimeoutMs: number) {
    this.#token = crypto.randomUUID()
    this.opened = new Promise(resolve => {
      this.#onOpened = resolve
    })
    this.#link = link
    this.#watches = watches
    this.#writes = new Calls(callTimeoutMs, () => undefined)
    this.#reads = new Calls(callTimeoutMs, id => {
      this.#settle(id, false)
      this.#send(session => ({ type: 'cancel', session, id, unset: null }))
    })
    link.request({ type: 'open', token: this.#token, timeoutMs })
  }

  /** The zxid of its opening; 0 until then. */
  get id(): SessionId {
    return this.#id
  }

  get toldThrough(): Zxid {
    return this.#toldThrough
  }

  /** Carries `operation` out, after all earlier ones of this session. Rejects with a KeeperError. */
  async write(operation: Operation, options?: CallOptions): Promise<Written> {
    this.#check(options)
    if (this.#lastXid - this.#acknowledged >= writesWaitingMax)
      throw new KeeperError('TooManyRequests', `${writesWaitingMax} writes wait for an answer`)
    this.#lastXid = xid(this.#lastXid + 1)
    const answer = this.#writes.wait<Reply>(this.#lastXid, operation.type, options)
    const { xid: number, acknowledged } = { xid: this.#lastXid, acknowledged: this.#acknowledged }
    this.#send(session => ({ type: 'write', session, xid: number, acknowledged, operation }))
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
    this.#check(options)
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
    this.#check(options)
    await this.#ask(
      'watch',
      path,
      position => ({ type: 'addWatch', ...position, watch, kind, path, from }),
      null,
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
    this.#check(options)
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
    this.#check(options)
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
    const position = this.#position()
    this.#send(session => ({
      type: 'removeWatches',
      session,
      ...position,
      watch,
      path,
      selection: 'any',
    }))
  }

  /** Sends what is answered by `answered`, and waits for that. */
  async #ask(
    what: string,
    path: ZnodePath | null,
    make: (position: Position & { readonly session: SessionId }) => ClientRequest,
    setting: Setting | null,
    options?: CallOptions,
  ): Promise<QueryAnswer | null> {
    const position = this.#position()
    if (setting !== null) this.#settings.set(position.id, setting)
    const answer = this.#reads.wait<Answered>(position.id, what, options)
    this.#send(session => make({ session, ...position }))
    const { result } = await answer
    if (result.ok) return result.value
    throw keeperError(result.error, path)
  }

  #position(): Position {
    return { id: this.#nextReadId++, afterXid: this.#lastXid, seenZxid: this.#seenZxid }
  }

  /** Takes what the replica says of this session. */
  receive(event: ClientEvent): void {
    switch (event.type) {
      case 'written':
        this.#acknowledge(event.xid)
        this.#see(event.reply.zxid)
        this.#tell(event.reply.zxid)
        this.#writes.resolve(event.xid, event.reply)
        return
      case 'answered':
        this.#see(event.zxid)
        this.#tell(event.zxid)
        this.#settle(event.id, event.result.ok)
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
    clearInterval(this.#pinger)
    this.#writes.rejectAll(error)
    this.#reads.rejectAll(error)
    this.#watches.end(error)
  }

  #open(session: SessionId, timeoutMs: number): void {
    if (this.#id !== noSession || this.#ended) return
    this.#id = session
    for (const make of this.#held) this.#link.request(make(session))
    this.#held = []
    this.#pinger = setInterval(() => this.#link.request({ type: 'ping', session }), timeoutMs / 3)
    this.#onOpened()
  }

  #send(make: (session: SessionId) => ClientRequest): void {
    if (this.#id === noSession) this.#held.push(make)
    else this.#link.request(make(this.#id))
  }

  #check(options: CallOptions | undefined): void {
    if (this.#ended) throw this.#ended
    if (options?.signal?.aborted) throw new KeeperError('Aborted', 'its signal was aborted before the call')
  }

  #settle(readId: number, isSet: boolean): void {
    const setting = this.#settings.get(readId)
    if (setting === undefined) return
    this.#settings.delete(readId)
    this.#watches.settle(setting, isSet)
  }

  #see(zxid: Zxid): void {
    if (zxid > this.#seenZxid) this.#seenZxid = zxid
  }

  #tell(zxid: Zxid): void {
    if (zxid > this.#toldThrough) this.#toldThrough = zxid
  }

  /** An answer arrived: all up to the end of the unbroken row may be forgotten by the state. */
  #acknowledge(answered: Xid): void {
    this.#answered.add(answered)
    while (this.#answered.delete(xid(this.#acknowledged + 1)))
      this.#acknowledged = xid(this.#acknowledged + 1)
  }
}
