/**
 * The queues that there are: they differ in the order of their items, and in what is said of an item that is put.
 *
 * Source: ZooKeeper Recipes, "Queues", "Priority Queues"; Curator's DistributedQueue, DistributedPriorityQueue, DistributedDelayQueue.
 */
import type { Data } from '../client/index.ts'
import { KeeperError } from './error.ts'
import { ItemQueue } from './item-queue.ts'
import { byDueTime, byPriority, fifo } from './items.ts'
import { priorityMax } from './limits.ts'
import type { Tree, WaitOptions } from './tree.ts'

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
