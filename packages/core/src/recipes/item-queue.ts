/**
 * Items that are put once and taken once. Two ways to take: `take` deletes the item in the transaction that decides whose it
 * is (at most once: who dies with it takes it along); `process` claims it with an ephemeral, and deletes item and claim in one
 * transaction when the work is done (at least once: who dies leaves it to the next). Who finds nothing stands in line, and only
 * the first of the line (at `<path>/takers`) watches. How an item is made one's own: seize.ts; which is next: items.ts.
 *
 * Source: ZooKeeper Recipes, "Queues"; Curator's DistributedQueue and its lock safety.
 */

import type { Data } from '../client/index.ts'
import { firstOf } from '../host/time/signals.ts'
import { type Attempt, attempt } from './attempt.ts'
import { Bell } from './bell.ts'
import { guard } from './guard.ts'
import { type ItemOrder, type Ready, readyItems } from './items.ts'
import { dueCheckMs } from './limits.ts'
import { hold } from './lock.ts'
import { mutexLine } from './mutex.ts'
import { claim, claimsOf, finish, type Item, itemsOf, take } from './seize.ts'
import { childOf, isError, nameOf, type Tree, type WaitOptions } from './tree.ts'
import { make, makeContainer, remove, uniqueName } from './znode.ts'

/** An item that is worked on. */
export interface Work extends Item {
  /** Of the claim: grows from one who works on this item to the next. See `Held.token`. */
  readonly token: number
  /** Aborted when the item may be another's by now: the reasons are those of `Held.signal`; or given up by its caller. */
  readonly signal: AbortSignal
}

export abstract class ItemQueue {
  readonly path: string
  readonly #tree: Tree
  readonly #order: ItemOrder

  protected constructor(keeper: Tree, path: string, order: ItemOrder) {
    this.#tree = keeper
    this.path = path
    this.#order = order
  }

  /**
   * Takes the next item out: at most once. It is theirs who delete it, and gone from then on; if it should come back where its
   * taker dies, use {@link process}. Waits while there is none. Errors: Timeout and Aborted, after which the item, if one was
   * just being taken, is put back under its name; SessionExpired, Closed, and those of the tree.
   */
  take(options: WaitOptions = {}): Promise<Item> {
    return attempt(this.#tree, `take from ${this.path}`, options, made =>
      this.#next(made, name => take(this.#tree, this.path, name, made)),
    )
  }

  /**
   * Works on the next item: at least once. While `work` runs nobody else has it; when that has returned the item is deleted,
   * in one transaction with the claim. If it throws, its session ends or its tab dies, the item is in its place again, for
   * anybody. Waits while there is none. Resolves with what `work` did: then the item is gone by its doing. Errors: those of
   * `work`; Lost (`work` returned, the claim was gone: another may work on it again); Timeout (limits the wait for an item
   * only), Aborted, SessionExpired, Closed, and those of the tree.
   */
  async processOne<T>(work: (item: Work) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    const tree = this.#tree
    const { item, token } = await attempt(tree, `take from ${this.path}`, options, made =>
      this.#next(made, name => claim(tree, this.path, name, made)),
    )
    const claimed = childOf(claimsOf(this.path), item.name)
    try {
      return await attempt(tree, `work on ${item.name}`, {}, async made => {
        const guarded = await guard(tree, { path: claimed, token }, made)
        try {
          const signal = firstOf(guarded.signal, options.signal)
          const result = await work({ ...item, token, signal })
          await finish(tree, this.path, item.name, made)
          return result
        } finally {
          guarded.end('it was worked on')
        }
      })
    } catch (error) {
      void remove(tree, claimed)
      throw error
    }
  }

  /** {@link processOne} again and again, until `signal` is aborted (then it rejects with Aborted) or `work` throws. */
  async process(work: (item: Work) => unknown, options: WaitOptions = {}): Promise<never> {
    for (;;) await this.processOne(work, options)
  }

  /** How many items there are, those that are worked on included; as a quorum sees it. Errors: those of every call. */
  size(options: WaitOptions = {}): Promise<number> {
    return attempt(this.#tree, `count ${this.path}`, options, async made => {
      const call = { consistency: 'linearizable', ...made.calls } as const
      const stat = await this.#tree.exists(itemsOf(this.path), call)
      return stat?.numChildren ?? 0
    })
  }

  /** Puts an item. It is there when this resolves; after Timeout and Aborted it is taken back, unless somebody was faster. */
  protected putAt(rank: number, data: Data, options: WaitOptions): Promise<string> {
    return attempt(this.#tree, `put into ${this.path}`, options, async made => {
      await made.connected()
      const prefix = childOf(itemsOf(this.path), `${this.#order.keyOf(rank)}-${uniqueName(this.#tree)}-`)
      const { path } = await make(this.#tree, prefix, data, 'persistentSequential', made)
      return nameOf(path)
    })
  }

  /** The clock by which items are due. */
  protected nowMs(): number {
    return this.#tree.clock.now()
  }

  /** The first item that `seize` gets, now or later. */
  async #next<T>(made: Attempt, seize: (name: string) => Promise<T | null>): Promise<T> {
    await made.connected()
    for (const name of (await this.#ready(made)).names) {
      const seized = await seize(name)
      if (seized !== null) return seized
    }
    const turn = await hold(this.#tree, mutexLine(childOf(this.path, 'takers'), 'taker'), '', made)
    try {
      return await this.#waitFor(made, seize)
    } finally {
      void turn.release()
    }
  }

  async #waitFor<T>(made: Attempt, seize: (name: string) => Promise<T | null>): Promise<T> {
    for (;;) {
      const bell = new Bell(this.#tree)
      try {
        const { names, nextDueMs } = await this.#ready(made, bell)
        for (const name of names) {
          const seized = await seize(name)
          if (seized !== null) return seized
        }
        if (nextDueMs === null) await bell.wait(made)
        else await bell.wait(made, Math.min(nextDueMs - this.nowMs(), dueCheckMs))
      } finally {
        bell.drop()
      }
    }
  }

  async #ready(made: Attempt, bell?: Bell): Promise<Ready> {
    const items = await this.#namesIn(itemsOf(this.path), made, bell)
    const claims = await this.#namesIn(claimsOf(this.path), made, bell)
    return readyItems(this.#order, items, claims, this.nowMs())
  }

  async #namesIn(path: string, made: Attempt, bell: Bell | undefined): Promise<readonly string[]> {
    const watch = bell === undefined ? {} : { watch: bell.at(path) }
    for (;;)
      try {
        const { children } = await this.#tree.children(path, {
          consistency: 'linearizable',
          ...watch,
          ...made.calls,
        })
        return children
      } catch (error) {
        if (!isError(error, 'NoNode')) throw error
        await makeContainer(this.#tree, path, made)
      }
  }
}
