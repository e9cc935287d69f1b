/**
 * Where a session stands with its replica. Outlives the replica: at the next one the watches are set anew, and what was
 * not answered is asked again. Owns the first that a replica hears of the session, its pings, and how far it has seen and
 * told. Does not know what is called, or which replica is the next.
 *
 *   away --moveTo--> opening --opened--> served         there is no session yet
 *   away --moveTo--> returning --answered--> served     the watches come first: they tell of changes before any answer
 *   opening, returning, served --leave--> away           can show them
 *
 * Source: ZooKeeper's setWatches.
 */
import type { Clock } from '../host/time/clock.ts'
import type { StreamPort } from '../host/worker/protocol.ts'
import { noSession, noSlot, type SessionId, xid, type Zxid } from '../logic/base/ids.ts'
import type { ClientEvent } from '../logic/replica/event.ts'
import { keeperError } from './error.ts'
import type { Link } from './link.ts'
import type { Request } from './outstanding.ts'
import type { Watches } from './watches.ts'

type Event<Type extends ClientEvent['type']> = Extract<ClientEvent, { readonly type: Type }>

export interface FootholdParts {
  readonly link: Link
  readonly watches: Watches
  readonly clock: Clock
  /** One that nobody has: by it the session is found again. */
  readonly token: string
  /** What the session asks for; milliseconds. */
  readonly timeoutMs: number
  /** For a request that is not asked again. */
  nextId(): number
  /** The replica takes requests: all that waits is to go out. */
  served(): void
}

export class Foothold {
  /** Resolves when the session is open; never rejects. */
  readonly opened: Promise<void>
  readonly #parts: FootholdParts
  #onOpened: () => void = () => undefined
  #id: SessionId = noSession
  /** Only while it is `served` does what is called go out at once. */
  #phase: 'opening' | 'served' | 'away' | 'returning' = 'opening'
  /** Of the request that sets the watches anew, while it is `returning`. */
  #returnId = 0
  #moves = 0
  /** Told when a return is over: whether it is served again. */
  #onReturned: (isServed: boolean) => void = () => undefined
  #endPinging: () => void = () => undefined
  /** The newest state that an answer or event came from: no read goes back behind it. */
  #seenZxid: Zxid = noSlot
  /** Everything up to here that any watcher is to hear was told. Invariant: never over `seenZxid`, never goes back. */
  #toldThrough: Zxid = noSlot
  #isOver = false

  /** Asks for a session. */
  constructor(parts: FootholdParts) {
    this.#parts = parts
    this.opened = new Promise(resolve => {
      this.#onOpened = resolve
    })
    this.#begin()
  }

  get id(): SessionId {
    return this.#id
  }

  /** How often the session went to a replica after its first. */
  get moves(): number {
    return this.#moves
  }

  get toldThrough(): Zxid {
    return this.#toldThrough
  }

  /** A replica serves the session, and has caught up with what it saw. */
  get isServed(): boolean {
    return this.#phase === 'served'
  }

  /** See `Session.suspend`. */
  leave(): void {
    this.#parts.link.letGo()
    this.#stepBack()
  }

  /** See `Session.resume`. */
  moveTo(port: StreamPort): Promise<boolean> {
    this.#parts.link.switchTo(port)
    this.#moves++
    this.#stepBack()
    if (this.#isOver) return Promise.resolve(false)
    const returned = new Promise<boolean>(resolve => {
      this.#onReturned = resolve
    })
    // After the rest of a message from the old replica that is being taken: it came, and counts as heard.
    queueMicrotask(() => {
      if (this.#phase === 'away' && !this.#isOver) this.#begin()
    })
    return returned
  }

  /** Goes out while the session is served; else it waits among what is outstanding. */
  send(request: Request): void {
    if (this.isServed) this.#parts.link.request(request(this.#id, this.#seenZxid))
  }

  see(zxid: Zxid): void {
    if (zxid > this.#seenZxid) this.#seenZxid = zxid
  }

  /** Until the watches are set anew they have not heard what is told besides. */
  tell(zxid: Zxid): void {
    if (zxid > this.#toldThrough && this.isServed) this.#toldThrough = zxid
  }

  open({ token, session, timeoutMs }: Event<'opened'>): void {
    if (token !== this.#parts.token || this.#id !== noSession || this.#isOver) return
    this.#id = session
    this.#endPinging = this.#parts.clock.every(timeoutMs / 3, () => this.#ping())
    this.#serve()
    this.#onOpened()
  }

  /** Whether this answers the return: the watches stand, and have told what they were to tell. */
  takes({ id, zxid, result }: Event<'answered'>): boolean {
    if (this.#phase !== 'returning' || id !== this.#returnId) return false
    if (!result.ok) this.#parts.watches.end(keeperError(result.error, null))
    this.#serve()
    this.tell(zxid)
    return true
  }

  end(): void {
    this.#isOver = true
    this.#endPinging()
    this.#onReturned(false)
  }

  #stepBack(): void {
    this.#phase = 'away'
    this.#onReturned(false)
  }

  /** The first that a replica hears. A session that is open needs no quorum to go on: the replica knows it, or will. */
  #begin(): void {
    const { link, token, timeoutMs, watches, nextId } = this.#parts
    const session = this.#id
    if (session === noSession) {
      this.#phase = 'opening'
      link.request({ type: 'open', token, timeoutMs })
      return
    }
    this.#phase = 'returning'
    const id = nextId()
    this.#returnId = id
    link.request({ type: 'ping', session })
    link.request({
      type: 'setWatches',
      session,
      id,
      afterXid: xid(0),
      seenZxid: this.#seenZxid,
      watches: watches.standing(this.#toldThrough),
    })
  }

  #serve(): void {
    this.#phase = 'served'
    this.#parts.served()
    this.#onReturned(true)
  }

  #ping(): void {
    if (this.#phase !== 'away') this.#parts.link.request({ type: 'ping', session: this.#id })
  }
}
