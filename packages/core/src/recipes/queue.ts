/**
 * Items that are put once and taken once. Two ways to take: `take` deletes the item in the transaction that decides whose it
 * is (at most once: who dies with it takes it along); `process` claims it with an ephemeral, and deletes item and claim in one
 * transaction when the work is done (at least once: who dies leaves it to the next). Who finds nothing stands in line, and only
 * the first of the line watches.
 *
 *   <path>/items/<name>    <path>/claims/<the same name>, ephemeral    <path>/takers/...
 *
 * Source: ZooKeeper Recipes, "Queues"; Curator's DistributedQueue and its lock safety, DistributedPriorityQueue, DistributedDelayQueue.
 */
import type { Data } from '../client/index.ts'
import { type Attempt, attempt } from './attempt.ts'
import { Bell } from './bell.ts'
import { KeeperError } from './error.ts'
import { guard } from './guard.ts'
import { byDueTime, byPriority, fifo, type ItemOrder, type Ready, readyItems } from './items.ts'
import { dueCheckMs, patienceMs, priorityMax } from './limits.ts'
import { hold } from './lock.ts'
import { mutexLine } from './mutex.ts'
import { childOf, firstOf, isError, nameOf, type Tree, type WaitOptions } from './tree.ts'
import { make, makeContainer, remove, uniqueName } from './znode.ts'

/** An item that was taken. */
export interface Item {
  readonly data: Uint8Array
  /** Its name in the queue: no other item ever has the same. */
  readonly name: string
}

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
   * Takes the next item out: at most once. It is whoever's deletes it, and gone from then on; if it should come back where its
   * taker dies, use {@link process}. Waits while there is none. Errors: Timeout and Aborted, after which the item, if one was
   * just being taken, is put back under its name; SessionExpired, Closed, and those of the tree.
   */
  take(options: WaitOptions = {}): Promise<Item> {
    return attempt(this.#tree, `take from ${this.path}`, options, made =>
      this.#next(made, name => this.#take(name, made)),
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
      this.#next(made, name => this.#claim(name, made)),
    )
    const claim = this.#claimOf(item.name)
    try {
      return await attempt(tree, `work on ${item.name}`, {}, async made => {
        const guarded = await guard(tree, { path: claim, token }, made)
        try {
          const signal = firstOf(guarded.signal, options.signal)
          const result = await work({ ...item, token, signal })
          await this.#finish(item.name, made)
          return result
        } finally {
          guarded.end('it was worked on')
        }
      })
    } catch (error) {
      void remove(tree, claim)
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
      const stat = await this.#tree.exists(this.#items, call)
      return stat?.numChildren ?? 0
    })
  }

  /** Puts an item. It is there when this resolves; after Timeout and Aborted it is taken back, unless somebody was faster. */
  protected putAt(rank: number, data: Data, options: WaitOptions): Promise<string> {
    return attempt(this.#tree, `put into ${this.path}`, options, async made => {
      await made.connected()
      const prefix = childOf(this.#items, `${this.#order.keyOf(rank)}-${uniqueName(this.#tree)}-`)
      const { path } = await make(this.#tree, prefix, data, 'persistentSequential', made)
      return nameOf(path)
    })
  }

  /** The clock by which items are due. */
  protected nowMs(): number {
    return this.#tree.clock.now()
  }

  get #items(): string {
    return childOf(this.path, 'items')
  }

  get #claims(): string {
    return childOf(this.path, 'claims')
  }

  #claimOf(name: string): string {
    return childOf(this.#claims, name)
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
    const items = await this.#namesIn(this.#items, made, bell)
    const claims = await this.#namesIn(this.#claims, made, bell)
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

  /** Null where it is gone, or somebody works on it. */
  async #take(name: string, made: Attempt): Promise<Item | null> {
    const path = childOf(this.#items, name)
    const claim = this.#claimOf(name)
    const tree = this.#tree
    const data = await this.#dataOf(path, made)
    if (data === null) return null
    const taking = tree.multi(
      [
        // Fails where somebody works on it.
        { type: 'create', path: claim, mode: 'ephemeral' },
        { type: 'delete', path: claim },
        { type: 'delete', path },
      ],
      { timeoutMs: patienceMs },
    )
    try {
      await made.race(taking)
      return { data, name }
    } catch (error) {
      if (made.signal.aborted) void this.#putBack(taking, path, data)
      if (isError(error, 'NodeExists', 'NoNode')) return null
      throw error
    }
  }

  /** Nobody waits for what is being taken any more. */
  async #putBack(taking: Promise<unknown>, path: string, data: Uint8Array): Promise<void> {
    await attempt(this.#tree, 'put back', {}, async made => {
      await taking
      await makeContainer(this.#tree, this.#items, made)
      await this.#tree.create(path, data, { timeoutMs: patienceMs })
    }).catch(() => undefined)
  }

  async #claim(name: string, made: Attempt): Promise<{ readonly item: Item; readonly token: number } | null> {
    try {
      const { path, stat } = await make(this.#tree, this.#claimOf(name), '', 'ephemeral', made)
      const data = await this.#dataOf(childOf(this.#items, name), made).catch(error => {
        void remove(this.#tree, path)
        throw error
      })
      if (data !== null) return { item: { data, name }, token: stat.czxid }
      // It was done before the claim.
      void remove(this.#tree, path)
      return null
    } catch (error) {
      if (isError(error, 'NodeExists')) return null
      throw error
    }
  }

  async #dataOf(path: string, made: Attempt): Promise<Uint8Array | null> {
    try {
      return (await this.#tree.get(path, made.calls)).data
    } catch (error) {
      if (isError(error, 'NoNode')) return null
      throw error
    }
  }

  /** The work is done: item and claim go together, or not. */
  async #finish(name: string, made: Attempt): Promise<void> {
    const claim = this.#claimOf(name)
    try {
      await made.race(
        this.#tree.multi(
          [
            { type: 'delete', path: claim },
            { type: 'delete', path: childOf(this.#items, name) },
          ],
          { timeoutMs: patienceMs },
        ),
      )
    } catch (error) {
      if (!isError(error, 'NoNode')) throw error
      if (error.results?.[0] === 'NoNode')
        throw new KeeperError('Lost', 'it was done, but its claim was gone before', claim)
      // Somebody deleted the item: it does not come back either way.
      void remove(this.#tree, claim)
    }
  }
}

/** First in, first out. */
export class Queue extends ItemQueue {
  /** The queue at `path`, a znode of its own, made where it is missing. Nothing is asked for yet. */
  constructor(keeper: Tree, path: string) {
    super(keeper, path, fifo)
  }

  /**
   * Puts an item at the end; resolves with its name. Errors: Timeout and Aborted, after which it is taken back unless
   * somebody was faster; DataTooLarge, LimitExceeded (262,144 items), SessionExpired, Closed, and those of the tree.
   */
  put(data: Data, options: WaitOptions = {}): Promise<string> {
    return this.putAt(0, data, options)
  }
}

/** The smallest priority first; those of one priority first in, first out. */
export class PriorityQueue extends ItemQueue {
  /** As {@link Queue}. */
  constructor(keeper: Tree, path: string) {
    super(keeper, path, byPriority)
  }

  /** Puts an item of `priority`, 0 .. 2^31 - 1, the smallest of which comes first. Errors: BadArguments, and those of `Queue.put`. */
  async put(data: Data, priority: number, options: WaitOptions = {}): Promise<string> {
    if (!Number.isInteger(priority) || priority < 0 || priority > priorityMax)
      throw new KeeperError('BadArguments', `a priority is 0 .. ${priorityMax}`, this.path)
    return this.putAt(priority, data, options)
  }
}

/** Each item not before its time, by the clocks of who puts it and who takes it. */
export class DelayQueue extends ItemQueue {
  /** As {@link Queue}. */
  constructor(keeper: Tree, path: string) {
    super(keeper, path, byDueTime)
  }

  /** Puts an item that nobody takes for `delayMs` milliseconds from now. Errors: BadArguments, and those of `Queue.put`. */
  async put(data: Data, delayMs: number, options: WaitOptions = {}): Promise<string> {
    const dueMs = Math.ceil(this.nowMs() + delayMs)
    if (!Number.isSafeInteger(dueMs) || dueMs < 0)
      throw new KeeperError('BadArguments', `${delayMs} milliseconds from now is no time`, this.path)
    return this.putAt(dueMs, data, options)
  }
}
