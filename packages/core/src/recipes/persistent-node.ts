/**
 * A znode that is kept there: made again when somebody deletes it, or when its session ended and the app has another one.
 * What others write into it stays.
 *
 * Source: Curator's PersistentNode.
 */

import type { Data } from '../client/index.ts'
import { firstOf, onceAborted } from '../host/time/signals.ts'
import { type Attempt, attempt } from './attempt.ts'
import { lookUntil } from './bell.ts'
import { KeeperError } from './error.ts'
import { patienceMs } from './limits.ts'
import { bytesOf, isError, isOver, type Tree, type WaitOptions } from './tree.ts'
import { make, remove, waitABit } from './znode.ts'

export interface PersistentNodeOptions<Keeper extends Tree = Tree> {
  readonly data?: Data
  /** `ephemeral` (default): others see that this app is there, and it goes with its session. `persistent`: it outlives it. */
  readonly mode?: 'ephemeral' | 'persistent'
  /** Opens the app's next keeper when the session of the one before has ended: `() => connect(...)`. Without it that is the end. */
  readonly next?: () => Promise<Keeper>
  /** Closes it. */
  readonly signal?: AbortSignal
}

/** Keeps a znode at `path` from now on. */
export const persistentNode = (
  keeper: Tree,
  path: string,
  options: PersistentNodeOptions = {},
): PersistentNode => new PersistentNode(keeper, path, options)

export class PersistentNode implements AsyncDisposable {
  readonly path: string
  /** Aborted when it is kept no longer, with a KeeperError: SessionExpired, Closed, or what of the tree forbids it. */
  readonly signal: AbortSignal
  readonly #options: PersistentNodeOptions
  readonly #over = new AbortController()
  #tree: Tree
  #data: Uint8Array
  /** Resolves when it is there for the first time in this session. */
  #there: Promise<void>
  #onThere: () => void = () => undefined

  /** Use {@link persistentNode} instead. */
  constructor(keeper: Tree, path: string, options: PersistentNodeOptions) {
    this.path = path
    this.#tree = keeper
    this.#options = options
    this.#data = bytesOf(options.data ?? '')
    this.#there = this.#begin()
    this.signal = this.#over.signal
    void this.#keep().catch(error => this.#over.abort(error))
  }

  /** Resolves when it is there. Errors: what ended it, and those of every call. */
  ready(options: WaitOptions = {}): Promise<void> {
    return attempt(this.#tree, `wait for ${this.path}`, options, async made => {
      this.signal.throwIfAborted()
      let forget: () => void = () => undefined
      const there = new Promise<void>((resolve, reject) => {
        forget = onceAborted(this.signal, () => reject(this.signal.reason))
        void this.#there.then(resolve)
      })
      await made.race(there).finally(forget)
    })
  }

  /** What it holds from now on, also when it is made again. Errors: what ended it, and those of every call. */
  async set(data: Data, options: WaitOptions = {}): Promise<void> {
    this.#data = bytesOf(data)
    await this.ready(options)
    await attempt(this.#tree, `set ${this.path}`, options, async made => {
      await made.race(this.#tree.set(this.path, this.#data, { timeoutMs: patienceMs }))
    })
  }

  /** Deletes it and keeps it no longer: resolves as `Held.release`. Never rejects. Idempotent. */
  async close(): Promise<void> {
    this.#over.abort(new KeeperError('Closed', 'it is kept no longer', this.path))
    await waitABit(this.#tree, remove(this.#tree, this.path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #begin(): Promise<void> {
    return new Promise(resolve => {
      this.#onThere = resolve
    })
  }

  async #keep(): Promise<never> {
    const { next, signal } = this.#options
    const closed = firstOf(this.#over.signal, signal)
    for (;;)
      try {
        await attempt(this.#tree, `keep ${this.path}`, { signal: closed }, made => this.#keepWith(made))
      } catch (error) {
        if (closed.aborted || next === undefined || !isOver(this.#tree.state)) throw error
        this.#there = this.#begin()
        this.#tree = await next()
      }
  }

  #keepWith(made: Attempt): Promise<never> {
    const tree = this.#tree
    return lookUntil<never>(tree, made, async bell => {
      await made.connected()
      try {
        const { stat } = await tree.get(this.path, { watch: bell.at(this.path), ...made.calls })
        // One of an earlier session of this app goes with that.
        if (stat.ephemeralOwner === 0 || stat.ephemeralOwner === tree.session) this.#onThere()
      } catch (error) {
        if (!isError(error, 'NoNode')) throw error
        await this.#make(made)
        bell.ring()
      }
      return undefined
    })
  }

  async #make(made: Attempt): Promise<void> {
    try {
      await make(this.#tree, this.path, this.#data, this.#options.mode ?? 'ephemeral', made)
    } catch (error) {
      if (!isError(error, 'NodeExists')) throw error
    }
  }
}
