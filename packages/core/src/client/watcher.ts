/**
 * A standing watch as an app holds it: an async iterator over its events, or a callback. Keeps what was not taken yet,
 * within a bound.
 */
import { KeeperError } from './error.ts'
import type { StandingWatcher, ZnodeEvent } from './watches.ts'

/** Events kept for an iterator that is slower than the changes. */
const eventsKeptMax = 10_000

/** Ends by `close()`, by leaving the loop, by its signal; throws when the session ends or events are lost. */
export class Watcher implements AsyncIterableIterator<ZnodeEvent, void>, StandingWatcher {
  readonly #remove: () => void
  readonly #onEvent: ((event: ZnodeEvent) => void) | null
  #events: ZnodeEvent[] = []
  #waiting: {
    resolve(result: IteratorResult<ZnodeEvent, void>): void
    reject(error: unknown): void
  }[] = []
  #error: KeeperError | null = null
  #done = false

  constructor(remove: () => void, onEvent: ((event: ZnodeEvent) => void) | null) {
    this.#remove = remove
    this.#onEvent = onEvent
  }

  /** Removes the watch. What was not taken is dropped; a waiting `next()` is done. Idempotent. */
  close(): void {
    if (this.#done) return
    this.#finish(null)
    this.#events = []
    this.#remove()
  }

  event(event: ZnodeEvent): void {
    if (this.#done) return
    if (this.#onEvent) return this.#onEvent(event)
    const waiting = this.#waiting.shift()
    if (waiting) return waiting.resolve({ done: false, value: event })
    if (this.#events.length < eventsKeptMax) {
      this.#events.push(event)
      return
    }
    this.#finish(new KeeperError('WatchOverflow', `${eventsKeptMax} events were not taken`))
    this.#remove()
  }

  end(error: KeeperError): void {
    if (!this.#done) this.#finish(error)
  }

  next(): Promise<IteratorResult<ZnodeEvent, void>> {
    const event = this.#events.shift()
    if (event) return Promise.resolve({ done: false, value: event })
    if (this.#error) {
      const error = this.#error
      this.#error = null
      return Promise.reject(error)
    }
    if (this.#done) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  return(): Promise<IteratorResult<ZnodeEvent, void>> {
    this.close()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #finish(error: KeeperError | null): void {
    this.#done = true
    const [first, ...rest] = this.#waiting
    this.#waiting = []
    if (error && first) first.reject(error)
    else if (error) this.#error = error
    else first?.resolve({ done: true, value: undefined })
    for (const waiting of rest) waiting.resolve({ done: true, value: undefined })
  }
}
