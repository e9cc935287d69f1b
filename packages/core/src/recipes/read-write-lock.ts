/**
 * Many readers or one writer, in the order in which they came: whoever reads waits for the writers before, whoever writes for
 * all before. A writer may become a reader without letting anybody in between; the other way would wait for itself.
 *
 * Source: ZooKeeper Recipes, "Shared Locks"; Curator's InterProcessReadWriteLock, and CURATOR-621 for why a downgrade keeps
 * its place in the line.
 */
import type { Created } from '../client/index.ts'
import { attempt } from './attempt.ts'
import { type Hold, holdAt, Occupancy } from './hold.ts'
import { patienceMs } from './limits.ts'
import type { Line } from './line.ts'
import { type AcquireOptions, type Grant, hold, Lock, type Lockable, withHold } from './lock.ts'
import { childOf, isError, nameOf, type Tree, type WaitOptions } from './tree.ts'
import { readerKind, readWriteTurn, writerKind } from './turn.ts'
import { lost, remove } from './znode.ts'

const lineOf = (path: string, kind: string): Line => ({ path, kind, decide: readWriteTurn })

/** The writer's hold. */
export interface WriteHold extends Hold {
  /**
   * Becomes a reader: one transaction, in which nobody else can write, and whoever waits to write still waits. Resolves with
   * the reader's hold, of a greater token; this one is over. Given up (Timeout, Aborted), or Lost: neither is held.
   */
  downgrade(options?: WaitOptions): Promise<Hold>
}

export class ReadWriteLock {
  /** The reader's side, and the writer's, for `acquire`, and for a {@link MultiLock}. */
  readonly reader: ReaderLock
  readonly writer: WriterLock

  /** The lock at `path`, a znode of its own, made where it is missing. Nothing is asked for yet. */
  constructor(keeper: Tree, path: string) {
    this.reader = new ReaderLock(keeper, path)
    this.writer = new WriterLock(keeper, path)
  }

  /** Runs `work` beside other readers. Errors: those of `Mutex.acquire`, and of `work`. */
  withRead<T>(work: (grant: Grant) => T | Promise<T>, options: AcquireOptions = {}): Promise<T> {
    return withHold(this.reader.acquire(options), work)
  }

  /** Runs `work` alone. Errors: those of `Mutex.acquire`, and of `work`. */
  withWrite<T>(work: (grant: Grant) => T | Promise<T>, options: AcquireOptions = {}): Promise<T> {
    return withHold(this.writer.acquire(options), work)
  }
}

export class ReaderLock extends Lock implements Lockable<Hold> {
  constructor(keeper: Tree, path: string) {
    super(keeper, lineOf(path, readerKind))
  }

  /** Waits until no writer stands before it. Errors: those of `Mutex.acquire`. */
  acquire(options: AcquireOptions = {}): Promise<Hold> {
    return attempt(this.tree, `read ${this.path}`, options, made =>
      hold(this.tree, this.line, options.data ?? '', made),
    )
  }
}

export class WriterLock extends Lock implements Lockable<WriteHold> {
  constructor(keeper: Tree, path: string) {
    super(keeper, lineOf(path, writerKind))
  }

  /** Waits until nobody stands before it. Errors: those of `Mutex.acquire`. */
  async acquire(options: AcquireOptions = {}): Promise<WriteHold> {
    const held = await attempt(this.tree, `write ${this.path}`, options, made =>
      hold(this.tree, this.line, options.data ?? '', made),
    )
    const downgrade = (waiting: WaitOptions = {}) => this.#downgrade(held, waiting)
    return Object.assign(held, { downgrade })
  }

  async #downgrade(held: Hold, options: WaitOptions): Promise<Hold> {
    try {
      return await this.#replace(held, options)
    } finally {
      // Also where it was given up before it began.
      await held.release()
    }
  }

  #replace(held: Hold, options: WaitOptions): Promise<Hold> {
    const { tree, path } = this
    const reader = childOf(path, nameOf(held.path).replace(writerKind, readerKind))
    return attempt(tree, `downgrade ${path}`, options, async made => {
      if (held.occupancy.isLeft) throw lost(held.path)
      held.retire('it was downgraded')
      const replacing = tree.multi(
        [
          { type: 'create', path: reader, mode: 'ephemeral' },
          { type: 'delete', path: held.path },
        ],
        { timeoutMs: patienceMs },
      )
      try {
        const [created]: readonly [Created, unknown] = await made.race(replacing)
        const place = { line: lineOf(path, readerKind), path: reader, token: created.stat.czxid }
        const reading = await holdAt(tree, new Occupancy(tree, place), made)
        if (reading === null) throw lost(reader)
        held.occupancy.handOver()
        return reading
      } catch (error) {
        void replacing.then(() => remove(tree, reader)).catch(() => undefined)
        throw isError(error, 'NoNode') ? lost(held.path) : error
      }
    })
  }
}
