/**
 * At most so many holders at a time, in the order in which they came. Two lines: who waits stands in `turns`, and only the
 * first of these makes a lease and watches the others', so that a lease that ends wakes one.
 *
 * Source: Curator's InterProcessSemaphoreV2.
 */

import { attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import type { Hold } from './hold.ts'
import { type AcquireOptions, type Grant, hold, Lock, type Lockable, withHold } from './lock.ts'
import { mutexLine } from './mutex.ts'
import { childOf, type Tree } from './tree.ts'
import { leaseTurn } from './turn.ts'

export class Semaphore extends Lock implements Lockable<Hold> {
  readonly #path: string

  /**
   * The semaphore at `path`, a znode of its own, made where it is missing. All who use it have to give the same `leases`, 1 or
   * more. Throws BadArguments. Nothing is asked for yet.
   */
  constructor(keeper: Tree, path: string, leases: number) {
    if (!Number.isSafeInteger(leases) || leases < 1)
      throw new KeeperError('BadArguments', 'a semaphore has one lease or more', path)
    super(keeper, { path: childOf(path, 'leases'), kind: 'lease', decide: leaseTurn(leases) })
    this.#path = path
  }

  override get path(): string {
    return this.#path
  }

  /** Waits for a lease. Errors: those of `Mutex.acquire`. */
  acquire(options: AcquireOptions = {}): Promise<Hold> {
    const { data = '' } = options
    return attempt(this.tree, `lease of ${this.path}`, options, async made => {
      const turn = await hold(this.tree, mutexLine(childOf(this.path, 'turns'), 'turn'), data, made)
      try {
        return await hold(this.tree, this.line, data, made)
      } finally {
        void turn.release()
      }
    })
  }

  /** Runs `work` with a lease and gives it back, whatever comes of it. Errors: those of `acquire`, and of `work`. */
  withLease<T>(work: (grant: Grant) => T | Promise<T>, options: AcquireOptions = {}): Promise<T> {
    return withHold(this.acquire(options), work)
  }
}
