/**
 * Several locks as one: all are held or none. They are taken in the order of their paths, so that two that want the same ones
 * never wait for each other, and released the other way round.
 *
 * Source: Curator's InterProcessMultiLock; the order: Havender 1968.
 */

import { firstOf } from '../host/time/signals.ts'
import { attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import type { Held } from './hold.ts'
import type { AcquireOptions, Lockable } from './lock.ts'
import type { Tree } from './tree.ts'

/** Several holds. */
export interface MultiHold extends AsyncDisposable {
  /** The token of each lock, by its path. */
  readonly tokens: ReadonlyMap<string, number>
  /** Aborted with the first one's. */
  readonly signal: AbortSignal
  /** Releases all, the last one first. As {@link Held.release}. */
  release(): Promise<void>
}

export class MultiLock {
  readonly #tree: Tree
  readonly #locks: readonly Lockable<Held>[]

  /** Locks of different paths; throws BadArguments where two are of one path, which would wait for each other. */
  constructor(keeper: Tree, locks: readonly Lockable<Held>[]) {
    const sorted = [...locks].sort((a, b) => (a.path < b.path ? -1 : 1))
    const twice = sorted.find((lock, index) => sorted[index + 1]?.path === lock.path)
    if (twice !== undefined) throw new KeeperError('BadArguments', 'one lock twice', twice.path)
    this.#tree = keeper
    this.#locks = sorted
  }

  /** Waits for all; `options` are for all together. Where one fails those that were taken are released. Errors: its. */
  acquire(options: AcquireOptions = {}): Promise<MultiHold> {
    const { timeoutMs: _, signal: __, ...others } = options
    return attempt(this.#tree, 'lock several', options, async made => {
      const held: Held[] = []
      try {
        for (const lock of this.#locks) held.push(await lock.acquire({ ...others, signal: made.signal }))
        made.check()
        return this.#hold(held)
      } catch (error) {
        void releaseAll(held)
        throw error
      }
    })
  }

  /** Runs `work` with all of them and gives them back, whatever comes of it. Errors: those of `acquire`, and of `work`. */
  async withLocks<T>(
    work: (grant: Pick<MultiHold, 'tokens' | 'signal'>) => T | Promise<T>,
    options: AcquireOptions = {},
  ): Promise<T> {
    const held = await this.acquire(options)
    try {
      return await work(held)
    } finally {
      await held.release()
    }
  }

  #hold(held: readonly Held[]): MultiHold {
    const over = new AbortController()
    const signal = firstOf(over.signal, ...held.map(each => each.signal))
    const entries = held.map(({ token }, index) => [this.#locks[index]?.path ?? '', token] as const)
    let released: Promise<void> | null = null
    const release = () => {
      over.abort(new KeeperError('Closed', 'it was released'))
      released ??= releaseAll(held)
      return released
    }
    return { tokens: new Map(entries), signal, release, [Symbol.asyncDispose]: release }
  }
}

async function releaseAll(held: readonly Held[]): Promise<void> {
  for (const each of held.toReversed()) await each.release()
}
