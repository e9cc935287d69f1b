/**
 * One value that all see and anybody may change: read, written where nobody else did meanwhile, or changed by a function. Who
 * loses the race for a version time and again takes turns with the others that did, so that nobody loses for ever: at
 * `<path>.turns`, a container that goes again, so that the value itself has no children.
 *
 * Source: Curator's SharedValue and DistributedAtomicValue.
 */
import type { Data } from '../client/index.ts'
import { type Attempt, attempt } from './attempt.ts'
import { lookUntil } from './bell.ts'
import type { Hold } from './hold.ts'
import { optimisticTries, patienceMs } from './limits.ts'
import { hold } from './lock.ts'
import { mutexLine } from './mutex.ts'
import { bytesOf, isError, type Tree, type WaitOptions } from './tree.ts'
import { makeParents } from './znode.ts'

/** A value and which one it is: versions grow by one. */
export interface Versioned {
  readonly data: Uint8Array
  readonly version: number
  /** The transaction that set it. */
  readonly zxid: number
}

export class SharedValue {
  readonly path: string
  readonly #tree: Tree
  readonly #initial: Uint8Array

  /** The value of the znode at `path`, which is made with `initial` (default: nothing) by the first who sets or updates it. */
  constructor(keeper: Tree, path: string, initial: Data = '') {
    this.#tree = keeper
    this.path = path
    this.#initial = bytesOf(initial)
  }

  /** The value now, as a quorum sees it; before anybody set it the initial one, version -1. Errors: those of every call. */
  get(options: WaitOptions = {}): Promise<Versioned> {
    return attempt(this.#tree, `get ${this.path}`, options, made => this.#get(made))
  }

  /** Sets the value, whatever it is. Errors: those of every call; after Timeout and Aborted it may be set or not. */
  set(data: Data, options: WaitOptions = {}): Promise<Versioned> {
    return this.update(() => data, options)
  }

  /**
   * Sets the value where `version` (of a {@link Versioned}) is the present one. Resolves with null where it is not. Errors:
   * those of every call; after Timeout and Aborted it may be set or not.
   */
  trySet(data: Data, version: number, options: WaitOptions = {}): Promise<Versioned | null> {
    return attempt(this.#tree, `set ${this.path}`, options, made => this.#trySet(data, version, made))
  }

  /**
   * Sets the value to what `change` makes of the present one, with nobody in between: `change` may be called several times,
   * and what it threw is thrown. Resolves with the new one. Errors: those of every call; after Timeout and Aborted it may be
   * set or not.
   */
  update(change: (present: Uint8Array) => Data, options: WaitOptions = {}): Promise<Versioned> {
    return attempt(this.#tree, `update ${this.path}`, options, async made => {
      let turn: Hold | null = null
      try {
        for (let tries = 1; ; tries++) {
          const { data, version } = await this.#get(made)
          const next = await this.#trySet(change(data), version, made)
          if (next !== null) return next
          if (tries === optimisticTries)
            turn = await hold(this.#tree, mutexLine(`${this.path}.turns`, 'turn'), '', made)
        }
      } finally {
        void turn?.release()
      }
    })
  }

  /**
   * The present value, then each newer one that there is when the loop comes back for it: none is told twice, and of several
   * that were set meanwhile only the last. Ends by leaving the loop; throws Aborted, Timeout, SessionExpired and Closed.
   */
  async *values(options: WaitOptions = {}): AsyncGenerator<Versioned, never> {
    let told = -1
    for (;;) {
      const next = await attempt(this.#tree, `follow ${this.path}`, options, made =>
        lookUntil(this.#tree, made, async bell => {
          // The watch comes first, also where there is no znode yet.
          await this.#tree.exists(this.path, { watch: bell.at(this.path), ...made.calls })
          const present = await this.#get(made)
          return present.zxid === told ? undefined : present
        }),
      )
      told = next.zxid
      yield next
    }
  }

  async #get(made: Attempt): Promise<Versioned> {
    try {
      const { data, stat } = await this.#tree.get(this.path, { consistency: 'linearizable', ...made.calls })
      return { data, version: stat.version, zxid: stat.mzxid }
    } catch (error) {
      if (!isError(error, 'NoNode')) throw error
      return { data: this.#initial, version: -1, zxid: 0 }
    }
  }

  async #trySet(data: Data, version: number, made: Attempt): Promise<Versioned | null> {
    const bytes = bytesOf(data)
    const call = { timeoutMs: patienceMs }
    for (;;)
      try {
        made.check()
        const stat =
          version === -1
            ? (await made.race(this.#tree.create(this.path, bytes, call))).stat
            : await made.race(this.#tree.set(this.path, bytes, { version, ...call }))
        return { data: bytes, version: stat.version, zxid: stat.mzxid }
      } catch (error) {
        if (isError(error, 'BadVersion', 'NodeExists')) return null
        if (!isError(error, 'NoNode')) throw error
        // It was deleted since; or never there, nor what it stands under.
        if (version !== -1) return null
        await makeParents(this.#tree, this.path, made)
      }
  }
}
