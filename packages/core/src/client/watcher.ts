/**
 * A watch that loses nothing, as an app holds it: an async iterator over its events, or a callback. Knows up to which
 * transaction it was taken, and goes on from there when it fell behind. Does not know how a watch is set.
 */
import { onceAborted } from '../host/time/signals.ts'
import { noSlot, slot, type Zxid } from '../logic/base/ids.ts'
import type { Codec } from './codec.ts'
import { decode } from './decode.ts'
import type { KeeperError } from './error.ts'
import { callApp, type WatchEvent, type WatchSink } from './watches.ts'

/** Events kept for an iterator that is slower than the changes; then it is their replica's turn to keep them. */
const eventsKeptMax = 10_000

/** Where a watcher's events come from. */
export interface WatchSource {
  /** Sets the watch: `sink` is told of everything after `from`. */
  attach(sink: WatchSink, from: Zxid | 'now'): Attachment
  /** Everything up to this transaction was told to all watchers that are attached. */
  readonly toldThrough: Zxid
}

export interface Attachment {
  /** Resolves when the watch stands; rejects with a KeeperError. */
  readonly attached: Promise<void>
  /** Nothing is told any more. Idempotent. */
  detach(): void
}

/**
 * Ends by `close()` (which `using` calls), by leaving the loop, by its signal, by `removeWatches`; throws when the session
 * ends.
 */
export class Watcher<Value = Uint8Array>
  implements AsyncIterableIterator<WatchEvent<Value>, void>, WatchSink
{
  readonly #source: WatchSource
  readonly #codec: Codec<Value>
  readonly #onEvent: ((event: WatchEvent<Value>) => void) | null
  #attachment: Attachment | null = null
  /** The attachment's watch stands: what it did not tell did not happen. */
  #isStanding = false
  /** Fell behind: attached again, from the last event kept, when all that is kept is taken. */
  #isBehind = false
  #events: WatchEvent[] = []
  #waiting: {
    resolve(result: IteratorResult<WatchEvent<Value>, void>): void
    reject(error: unknown): void
  }[] = []
  /** All of this transaction and of those before it was taken. Invariant: never goes back. */
  #taken: Zxid = noSlot
  /** The event taken last was not its transaction's last. */
  #isAmidst = false
  #error: KeeperError | null = null
  #isDone = false
  #forgetSignal: () => void = () => undefined

  /** For `Keeper.watch`. @internal */
  constructor(
    source: WatchSource,
    onEvent: ((event: WatchEvent<Value>) => void) | null,
    codec: Codec<Value>,
  ) {
    this.#source = source
    this.#codec = codec
    this.#onEvent = onEvent
  }

  /** Sets the watch. For `Keeper.watch`. @internal */
  async start(from: Zxid | 'now'): Promise<void> {
    if (from !== 'now') this.#taken = from
    await this.#attach(from)
  }

  /**
   * The last transaction of which all changes were taken, or of which this watch had nothing to tell: what to give as
   * `from` to go on after it, also in another session, at another replica, next week.
   */
  get zxid(): Zxid {
    const [next] = this.#events
    if (next?.type === 'Resync' || this.#isAmidst) return this.#taken
    if (next) return later(this.#taken, before(next.zxid))
    return this.#isStanding ? later(this.#taken, this.#source.toldThrough) : this.#taken
  }

  /** Removes the watch. What was not taken is dropped; a waiting `next()` is done. Idempotent. */
  close(): void {
    if (this.#isDone) return
    this.#finish(null)
    this.#events = []
    this.#detach()
  }

  /** When `signal` is aborted. For `Keeper.watch`. @internal */
  closeWith(signal: AbortSignal | undefined): void {
    if (!this.#isDone) this.#forgetSignal = onceAborted(signal, () => this.close())
  }

  /** For {@link WatchSource}. @internal */
  event(event: WatchEvent): void {
    if (this.#isDone) return
    if (event.type === 'PersistentWatchRemoved') {
      this.#give(event)
      this.#finish(null)
      this.#detach()
    } else if (this.#hasRoomFor(event)) this.#give(event)
    else this.#fallBehind(event)
  }

  /** For {@link WatchSource}. @internal */
  end(error: KeeperError): void {
    if (!this.#isDone) this.#finish(error)
  }

  next(): Promise<IteratorResult<WatchEvent<Value>, void>> {
    const [event] = this.#events
    if (event) {
      try {
        const value = decodeEvent(this.#codec, event)
        this.#events.shift()
        this.#take(event)
        if (this.#events.length === 0 && this.#isBehind) this.#catchUp()
        return Promise.resolve({ done: false, value })
      } catch (error) {
        this.close()
        return Promise.reject(error)
      }
    }
    if (this.#error) {
      const error = this.#error
      this.#error = null
      return Promise.reject(error)
    }
    if (this.#isDone) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  return(): Promise<IteratorResult<WatchEvent<Value>, void>> {
    this.close()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #give(event: WatchEvent): void {
    const waiting = this.#waiting.shift()
    if (this.#onEvent === null && !waiting) {
      this.#events.push(event)
      return
    }
    try {
      const value = decodeEvent(this.#codec, event)
      this.#take(event)
      if (this.#onEvent) callApp(this.#onEvent, value)
      else waiting?.resolve({ done: false, value })
    } catch (error) {
      // Not taken: a watch that goes on from here is told it again.
      this.#events.unshift(event)
      this.close()
      if (waiting) waiting.reject(error)
      else callApp(rethrow, error)
    }
  }

  #take(event: WatchEvent): void {
    this.#isAmidst = !event.last
    if (event.last) this.#taken = later(this.#taken, event.zxid)
    else if (event.type !== 'Resync') this.#taken = later(this.#taken, before(event.zxid))
  }

  /** One transaction is kept whole, however large. */
  #hasRoomFor({ zxid }: WatchEvent): boolean {
    return this.#events.length < eventsKeptMax || this.#events[0]?.zxid === zxid
  }

  /** Keeps only whole transactions, and hears no more until these are taken. */
  #fallBehind({ zxid }: WatchEvent): void {
    while (this.#events.at(-1)?.zxid === zxid) this.#events.pop()
    this.#detach()
    this.#isBehind = true
  }

  #catchUp(): void {
    this.#isBehind = false
    this.#attach(this.#taken).catch((error: KeeperError) => this.end(error))
  }

  async #attach(from: Zxid | 'now'): Promise<void> {
    const attachment = this.#source.attach(this, from)
    this.#attachment = attachment
    await attachment.attached
    if (this.#attachment === attachment) this.#isStanding = true
  }

  #detach(): void {
    this.#isStanding = false
    this.#attachment?.detach()
    this.#attachment = null
  }

  #finish(error: KeeperError | null): void {
    this.#forgetSignal()
    this.#taken = this.zxid
    this.#isDone = true
    this.#isStanding = false
    const [first, ...rest] = this.#waiting
    this.#waiting = []
    if (error && first) first.reject(error)
    else if (error) this.#error = error
    else first?.resolve({ done: true, value: undefined })
    for (const waiting of rest) waiting.resolve({ done: true, value: undefined })
  }
}

/** As a watch without a codec tells it, with values. */
function decodeEvent<Value>(codec: Codec<Value>, event: WatchEvent): WatchEvent<Value> {
  if (event.type !== 'Resync') return event
  const znodes = event.znodes.map(({ path, data, stat }) => ({ path, data: decode(codec, data, path), stat }))
  return { ...event, znodes }
}

const rethrow = (error: unknown): never => {
  throw error
}

const later = (a: Zxid, b: Zxid): Zxid => (a > b ? a : b)
const before = (zxid: Zxid): Zxid => slot(zxid - 1)
