/**
 * One attempt at something that may take long: it ends by success, by its time limit, by its signal, or with the keeper's
 * session, and says which. Everything that it asks and waits for on the way ends with it. Does not know what is attempted.
 */

import type { CallOptions } from '../client/index.ts'
import { onceAborted } from '../host/time/signals.ts'
import { KeeperError } from './error.ts'
import { patienceMs } from './limits.ts'
import { onState } from './states.ts'
import { isOver, lossOf, type Tree, type WaitOptions } from './tree.ts'

export class Attempt {
  readonly #tree: Tree
  readonly #givenUp = new AbortController()
  readonly #over = new AbortController()
  readonly #forget: () => void

  constructor(tree: Tree, what: string, { timeoutMs, signal }: WaitOptions) {
    this.#tree = tree
    const giveUp = (code: 'Timeout' | 'Aborted', message: string) =>
      this.#givenUp.abort(new KeeperError(code, message))
    const onAbort = () => giveUp('Aborted', `${what}: given up by its signal`)
    this.#forget = onceAborted(signal, onAbort)
    const check = () => {
      if (isOver(tree.state)) this.#givenUp.abort(lossOf(tree.state))
    }
    check()
    onState(tree, check, this.#over.signal)
    if (timeoutMs === undefined) return
    const cancel = tree.clock.after(timeoutMs, () => giveUp('Timeout', `${what}: not in ${timeoutMs} ms`))
    this.#over.signal.addEventListener('abort', cancel, { once: true })
  }

  /** Aborted when the attempt is given up, with why as its reason. Not by its end. */
  get signal(): AbortSignal {
    return this.#givenUp.signal
  }

  /** For every call of the attempt that may be dropped with it: reads. */
  get calls(): CallOptions {
    return { timeoutMs: patienceMs, signal: this.signal }
  }

  /** Throws why it was given up, if it was. */
  check(): void {
    this.signal.throwIfAborted()
  }

  /** Settles as `waiting` does; rejects with why, when the attempt is given up first. */
  race<T>(waiting: Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) {
        waiting.catch(() => undefined)
        return reject(signal.reason)
      }
      const onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      const clear = () => signal.removeEventListener('abort', onAbort)
      waiting.then(resolve, reject).then(clear, clear)
    })
  }

  /** Resolves when the keeper is connected. */
  async connected(): Promise<void> {
    this.check()
    if (this.#tree.state === 'connected') return
    const heard = new AbortController()
    try {
      await this.race(
        new Promise<void>(resolve => {
          onState(this.#tree, () => this.#tree.state === 'connected' && resolve(), heard.signal)
        }),
      )
    } finally {
      heard.abort()
    }
  }

  /** Lets go of its timer and listeners. */
  end(): void {
    this.#forget()
    this.#over.abort()
  }
}

/** Makes an attempt at `body`. Rejects as it does; with why it was given up, if it was: Timeout, Aborted, SessionExpired, Closed. */
export async function attempt<T>(
  tree: Tree,
  what: string,
  options: WaitOptions,
  body: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const made = new Attempt(tree, what, options)
  try {
    made.check()
    return await body(made)
  } catch (error) {
    throw made.signal.aborted ? made.signal.reason : error
  } finally {
    made.end()
  }
}
