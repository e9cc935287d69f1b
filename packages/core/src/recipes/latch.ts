/**
 * Takes part in the election at a path until it is closed, and says whether it leads: for apps that ask "am I the one?" where
 * they stand. Goes through suspensions with its place, and back to the end of the line where it lost that.
 *
 * Source: Curator's LeaderLatch.
 */

import type { Data } from '../client/index.ts'
import { firstOf } from '../host/time/signals.ts'
import { attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import type { Hold } from './hold.ts'
import { candidates } from './leader.ts'
import { hold } from './lock.ts'
import { isError, type Tree, type WaitOptions } from './tree.ts'

export interface LatchOptions {
  /** Shown to others: who this is, say. */
  readonly data?: Data
  /** Closes the latch. */
  readonly signal?: AbortSignal
}

/** One time of leading without a break. */
export interface Term {
  /** As of every hold: docs/RECIPES.md. The same again after a suspension in which nobody else led. */
  readonly token: number
  /** Aborted when it ends; the reasons are those of `Held.signal`. */
  readonly signal: AbortSignal
}

/** Stands for election at `path` from now on. Tells `change` to its listeners when a term begins and when it ends. */
export const latch = (keeper: Tree, path: string, options: LatchOptions = {}): Latch =>
  new Latch(keeper, path, options)

export class Latch extends EventTarget implements AsyncDisposable {
  readonly path: string
  readonly #tree: Tree
  readonly #data: Data
  readonly #over = new AbortController()
  readonly #run: Promise<void>
  #term: Term | null = null

  /** Use {@link latch} instead. */
  constructor(keeper: Tree, path: string, { data = '', signal }: LatchOptions) {
    super()
    this.path = path
    this.#tree = keeper
    this.#data = data
    const closed = firstOf(this.#over.signal, signal)
    this.#run = this.#participate(closed)
  }

  /** Whether it leads now, as far as anybody can know: false while suspended. */
  get hasLeadership(): boolean {
    return this.#term !== null
  }

  /** The term that goes on; null while it does not lead. */
  get term(): Term | null {
    return this.#term
  }

  /** Resolves when it leads. Errors: Timeout, Aborted; Closed, SessionExpired, and what of the tree ended the latch. */
  wait(options: WaitOptions = {}): Promise<Term> {
    return attempt(this.#tree, `lead ${this.path}`, options, async made => {
      let look: () => void = () => undefined
      const leading = new Promise<Term>((resolve, reject) => {
        look = () => {
          if (this.#term !== null) resolve(this.#term)
          else if (this.#over.signal.aborted) reject(this.#over.signal.reason)
        }
        this.addEventListener('change', look)
        look()
      })
      try {
        return await made.race(leading)
      } finally {
        this.removeEventListener('change', look)
      }
    })
  }

  /** Leads no more, and leaves the election: resolves as `Held.release`. Never rejects. Idempotent. */
  async close(): Promise<void> {
    this.#over.abort(new KeeperError('Closed', 'the latch was closed', this.path))
    await this.#run
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Ends with the latch; never rejects. */
  async #participate(closed: AbortSignal): Promise<void> {
    let held: Hold | null = null
    try {
      while (!closed.aborted) {
        held = await this.#elected(held, closed)
        const signal = firstOf(held.signal, closed)
        this.#become({ token: held.token, signal })
        await aborted(signal)
        this.#become(null)
      }
    } catch (error) {
      this.#over.abort(error)
    }
    this.#over.abort(new KeeperError('Closed', 'the latch was closed', this.path))
    this.dispatchEvent(new Event('change'))
    await held?.release()
  }

  /** The place of before, if it is still there; else a new one. */
  #elected(before: Hold | null, signal: AbortSignal): Promise<Hold> {
    return attempt(this.#tree, `lead ${this.path}`, { signal }, async made => {
      if (before !== null)
        try {
          return await before.renew({ signal: made.signal })
        } catch (error) {
          if (!isError(error, 'Lost')) throw error
          void before.release()
        }
      return hold(this.#tree, candidates(this.path), this.#data, made)
    })
  }

  #become(term: Term | null): void {
    this.#term = term
    this.dispatchEvent(new Event('change'))
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
