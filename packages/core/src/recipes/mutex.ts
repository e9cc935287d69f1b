/**
 * One holder at a time, in the order in which they came. Re-entrant for an owner that is named: JavaScript has no threads to
 * tell apart.
 *
 * Source: ZooKeeper Recipes, "Locks"; Curator's InterProcessMutex and InterProcessSemaphoreMutex.
 */
import { attempt } from './attempt.ts'
import { type Hold, holdAt, type Occupancy } from './hold.ts'
import type { Line } from './line.ts'
import { type AcquireOptions, type Grant, hold, Lock, type Lockable, withHold } from './lock.ts'
import type { Tree } from './tree.ts'
import { lockTurn } from './turn.ts'

export interface MutexOptions extends AcquireOptions {
  /** Who is compared by identity: what it holds through this object already it holds once more, at once, and releases as often. */
  readonly owner?: unknown
}

export const mutexLine = (path: string, kind = 'lock'): Line => ({ path, kind, decide: lockTurn })

export class Mutex extends Lock implements Lockable<Hold> {
  /** What owners have or wait for. */
  readonly #owned = new Map<unknown, Promise<Occupancy | null>>()

  /** The lock at `path`, a znode of its own, made where it is missing. Nothing is asked for yet. */
  constructor(keeper: Tree, path: string) {
    super(keeper, mutexLine(path))
  }

  /**
   * Waits for the lock. Without `timeoutMs` and `signal` until the session ends. Errors: Timeout, Aborted, after which nothing
   * of it stays in the line; SessionExpired, Closed; BadArguments, NoAuth, QuotaExceeded of the tree.
   */
  acquire(options: MutexOptions = {}): Promise<Hold> {
    const { data = '', owner } = options
    return attempt(this.tree, `lock ${this.path}`, options, async made => {
      if (owner === undefined) return hold(this.tree, this.line, data, made)
      for (;;) {
        const owned = this.#owned.get(owner)
        const occupancy = owned === undefined ? null : await made.race(owned)
        const again = occupancy === null ? null : await holdAt(this.tree, occupancy, made)
        if (again !== null) return again
        // Somebody else of this owner may have begun meanwhile.
        if (this.#owned.get(owner) !== owned) continue
        const first = hold(this.tree, this.line, data, made)
        this.#own(owner, first)
        return first
      }
    })
  }

  /** Runs `work` with the lock and gives it back, whatever comes of it. Errors: those of `acquire`, and of `work`. */
  withLock<T>(work: (grant: Grant) => T | Promise<T>, options: MutexOptions = {}): Promise<T> {
    return withHold(this.acquire(options), work)
  }

  #own(owner: unknown, first: Promise<Hold>): void {
    const owned = first.then(
      ({ occupancy }) => occupancy,
      () => null,
    )
    this.#owned.set(owner, owned)
    void owned.then(async occupancy => {
      await occupancy?.left
      if (this.#owned.get(owner) === owned) this.#owned.delete(owner)
    })
  }
}

/** `new Mutex(keeper, path).withLock(work, options)`. */
export const withLock = <T>(
  keeper: Tree,
  path: string,
  work: (grant: Grant) => T | Promise<T>,
  options: MutexOptions = {},
): Promise<T> => new Mutex(keeper, path).withLock(work, options)
