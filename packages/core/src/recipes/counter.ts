/**
 * A number that all see and anybody may add to, each addition counted once.
 *
 * Source: Curator's SharedCount and DistributedAtomicLong.
 */
import { KeeperError } from './error.ts'
import { SharedValue, type Versioned } from './shared-value.ts'
import { type Tree, textOf, type WaitOptions } from './tree.ts'

/** What an addition did. */
export interface Added {
  readonly before: number
  readonly after: number
}

export class Counter {
  readonly #value: SharedValue

  /** The counter at `path`, which is made by the first who writes it, from `initial` (default: 0). Integers below 2^53. */
  constructor(keeper: Tree, path: string, initial = 0) {
    this.#value = new SharedValue(keeper, path, textFor(initial, path))
  }

  get path(): string {
    return this.#value.path
  }

  /** The count now, as a quorum sees it. Errors: BadArguments (the znode holds no integer), and those of every call. */
  async get(options: WaitOptions = {}): Promise<number> {
    return this.#numberOf(await this.#value.get(options))
  }

  /** Sets it, whatever it is. Errors: BadArguments, and those of every call. */
  async set(count: number, options: WaitOptions = {}): Promise<void> {
    await this.#value.set(textFor(count, this.path), options)
  }

  /**
   * Adds `amount`, with nobody in between. Errors: BadArguments (no integer, or the sum would be none that is exact), and
   * those of every call; after Timeout and Aborted it was added once or not.
   */
  async add(amount = 1, options: WaitOptions = {}): Promise<Added> {
    let added: Added = { before: 0, after: 0 }
    await this.#value.update(data => {
      const before = this.#parse(data)
      added = { before, after: before + amount }
      return textFor(added.after, this.path)
    }, options)
    return added
  }

  /** Sets it to `next` where it is `expected`. Resolves with whether it did. Errors: as `add`. */
  async compareAndSet(expected: number, next: number, options: WaitOptions = {}): Promise<boolean> {
    const present = await this.#value.get(options)
    if (this.#numberOf(present) !== expected) return false
    return (await this.#value.trySet(textFor(next, this.path), present.version, options)) !== null
  }

  /** The present count, then newer ones: as `SharedValue.values`. */
  async *counts(options: WaitOptions = {}): AsyncGenerator<number, never> {
    const values = this.#value.values(options)
    try {
      for (;;) yield this.#numberOf((await values.next()).value)
    } finally {
      await values.return(undefined as never)
    }
  }

  #numberOf({ data }: Versioned): number {
    return this.#parse(data)
  }

  #parse(data: Uint8Array): number {
    const text = textOf(data)
    const count = Number(text)
    if (/^-?\d+$/.test(text) && Number.isSafeInteger(count)) return count
    throw new KeeperError('BadArguments', `no counter: ${JSON.stringify(text.slice(0, 40))}`, this.path)
  }
}

function textFor(count: number, path: string): string {
  if (Number.isSafeInteger(count)) return String(count)
  throw new KeeperError('BadArguments', `${count} is no integer below 2^53`, path)
}
