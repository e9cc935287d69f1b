/**
 * What a session asked and has no answer to: what it asks again at another replica. Numbers writes and reads. Does not know who waits for an answer, or whether there is a replica.
 */
import { type SessionId, type Xid, xid, type Zxid } from '../logic/base/ids.ts'
import { outstandingRequestsMax, waitingReadsMax } from '../logic/base/limits.ts'
import type { ClientRequest } from '../logic/replica/event.ts'
import type { Operation } from '../logic/state/command.ts'
import { KeeperError } from './error.ts'

/** Half of what the state remembers: an answer that is lost on the way is still remembered when it is asked again. */
const writesWaitingMax = outstandingRequestsMax / 2

/** Where a read stands among the session's calls: `seenZxid` is the newest state that it saw before this went out. */
type Position = 'session' | 'id' | 'afterXid' | 'seenZxid'

type Unplaced<Asked> = Asked extends { readonly afterXid: Xid } ? Omit<Asked, Position> : never

/** A read, or whatever else is answered like one, without its place. */
export type ReadRequest = Unplaced<Exclude<ClientRequest, { readonly type: 'setWatches' }>>

/** A request as it goes out: to a session, which has seen that state. */
export type Request = (session: SessionId, seenZxid: Zxid) => ClientRequest

export class Outstanding {
  /** The last xid given to a write. */
  #lastXid: Xid = xid(0)
  /** Answered out of the row that ends at `acknowledged`. */
  readonly #answered = new Set<Xid>()
  /** All writes up to here were answered. Invariant: never goes back, never over `lastXid`. */
  #acknowledged: Xid = xid(0)
  readonly #writes = new Map<Xid, Operation>()
  readonly #reads = new Map<number, Request>()
  #lastReadId = 0

  /** Takes in a write. Throws TooManyRequests where as many as may wait for an answer. */
  addWrite(operation: Operation): { readonly xid: Xid; readonly request: Request } {
    if (this.#lastXid - this.#acknowledged >= writesWaitingMax)
      throw new KeeperError('TooManyRequests', `${writesWaitingMax} writes wait for an answer`)
    const number = xid(this.#lastXid + 1)
    this.#lastXid = number
    this.#writes.set(number, operation)
    return { xid: number, request: this.#writeOf(number, operation) }
  }

  /** Takes in a read, or whatever else is answered like one. */
  addRead(asked: ReadRequest): { readonly id: number; readonly request: Request } {
    const id = ++this.#lastReadId
    const afterXid = this.#lastXid
    const request: Request = (session, seenZxid) => ({ ...asked, session, id, afterXid, seenZxid })
    this.#reads.set(id, request)
    return { id, request }
  }

  /** An id like a read's, for what is not asked again. */
  nextId(): number {
    return ++this.#lastReadId
  }

  /** Throws TooManyRequests where as many reads wait as a replica would take. */
  checkReads(): void {
    if (this.#reads.size >= waitingReadsMax)
      throw new KeeperError('TooManyRequests', `${waitingReadsMax} reads wait for a replica`)
  }

  /** Write `number` was answered: all up to the end of the unbroken row may be forgotten by the state. */
  written(number: Xid): void {
    if (!this.#writes.delete(number)) return
    this.#answered.add(number)
    while (this.#answered.delete(xid(this.#acknowledged + 1)))
      this.#acknowledged = xid(this.#acknowledged + 1)
  }

  /** Read `id` was answered, or nobody waits for it any more. */
  answered(id: number): void {
    this.#reads.delete(id)
  }

  /** All of it. Reads first, for they say which writes they wait for, and are answered before the next ones. */
  *all(): Iterable<Request> {
    yield* this.#reads.values()
    for (const [number, operation] of this.#writes) yield this.#writeOf(number, operation)
  }

  clear(): void {
    this.#writes.clear()
    this.#reads.clear()
  }

  #writeOf(number: Xid, operation: Operation): Request {
    const acknowledged = this.#acknowledged
    return session => ({ type: 'write', session, xid: number, acknowledged, operation })
  }
}
