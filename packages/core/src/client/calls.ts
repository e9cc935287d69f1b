/**
 * Calls that wait for an answer. Each settles exactly once: by its answer, its time limit, its signal, or the end of
 * everything. Does not know what is asked.
 */
import { ownClock, type Timers } from '../host/time/clock.ts'
import { onceAborted } from '../host/time/signals.ts'
import { aborted, KeeperError } from './error.ts'

/** How long a call may take, and how it can be given up. */
export interface CallOptions {
  /** Milliseconds; the keeper's `timeoutMs` where absent. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
  /** Takes its time limit away, and what listens to its signal. */
  clear(): void
}

export class Calls<Key> {
  readonly #waiting = new Map<Key, Waiting>()
  readonly #defaultTimeoutMs: number
  readonly #timers: Timers
  /** Told when nobody waits for `key` any more though no answer came. */
  readonly #abandoned: (key: Key) => void

  constructor(defaultTimeoutMs: number, abandoned: (key: Key) => void, timers: Timers = ownClock) {
    this.#timers = timers
    this.#defaultTimeoutMs = defaultTimeoutMs
    this.#abandoned = abandoned
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Waits for the answer to `key`. `what` is for the error's message. */
  wait<Answer>(key: Key, what: string, { timeoutMs, signal }: CallOptions = {}): Promise<Answer> {
    const limitMs = timeoutMs ?? this.#defaultTimeoutMs
    return new Promise<unknown>((resolve, reject) => {
      const giveUp = (error: KeeperError) => {
        if (!this.#waiting.has(key)) return
        this.#abandoned(key)
        this.reject(key, error)
      }
      const cancel = this.#timers.after(limitMs, () =>
        giveUp(new KeeperError('Timeout', `${what}: no answer in ${limitMs} ms`)),
      )
      let forgetSignal: () => void = () => undefined
      const clear = () => {
        cancel()
        forgetSignal()
      }
      this.#waiting.set(key, { resolve, reject, clear })
      forgetSignal = onceAborted(signal, () => giveUp(aborted(what, signal)))
    }) as Promise<Answer>
  }

  /** The answer to `key` came. False when nobody waits for it. */
  resolve(key: Key, value: unknown): boolean {
    const waiting = this.#take(key)
    waiting?.resolve(value)
    return waiting !== undefined
  }

  reject(key: Key, error: unknown): void {
    this.#take(key)?.reject(error)
  }

  rejectAll(error: KeeperError): void {
    for (const key of [...this.#waiting.keys()]) this.reject(key, error)
  }

  #take(key: Key): Waiting | undefined {
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    waiting?.clear()
    return waiting
  }
}

/** What `answer` comes to, as a call of its own. Rejects with a KeeperError Timeout or Aborted, and as `answer` does. */
export function within<Answer>(
  answer: Promise<Answer>,
  what: string,
  timeoutMs: number,
  options?: CallOptions,
  timers?: Timers,
): Promise<Answer> {
  const calls = new Calls<0>(timeoutMs, () => undefined, timers)
  answer.then(
    value => calls.resolve(0, value),
    (error: unknown) => calls.reject(0, error),
  )
  return calls.wait(0, what, options)
}
