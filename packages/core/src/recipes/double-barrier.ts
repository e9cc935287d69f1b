/**
 * So many enter together, and leave together: nobody goes in before all are there, nobody is gone before all are done. Who
 * gives up waiting is out before the others could count on it, or in with them.
 *
 * Source: ZooKeeper Recipes, "Double Barriers"; Curator's DistributedDoubleBarrier.
 */

import type { Created } from '../client/index.ts'
import { type Attempt, attempt } from './attempt.ts'
import { type Bell, lookUntil } from './bell.ts'
import { KeeperError } from './error.ts'
import { type Guard, guard } from './guard.ts'
import { barrierMembersMax, patienceMs, releaseWaitMs } from './limits.ts'
import { entryOf, roundOf, roundText, stayingOf } from './round.ts'
import { childOf, isError, nameOf, type Tree, type WaitOptions } from './tree.ts'
import { lost, make, remove, uniqueName, waitABit } from './znode.ts'

/** What the barrier's znode says, with its version and children. */
interface View {
  readonly round: readonly string[]
  readonly version: number
  readonly present: readonly string[]
}

export class DoubleBarrier {
  readonly path: string
  readonly #tree: Tree
  readonly #size: number

  /**
   * The barrier at `path`, a znode of its own, made where it is missing, for `size` who enter together: 1 .. 1,000, the same
   * for all. Throws BadArguments. It serves one round after the other. Nothing is asked for yet.
   */
  constructor(keeper: Tree, path: string, size: number) {
    if (!Number.isSafeInteger(size) || size < 1 || size > barrierMembersMax)
      throw new KeeperError('BadArguments', `a barrier is for 1 to ${barrierMembersMax}`, path)
    this.#tree = keeper
    this.path = path
    this.#size = size
  }

  /**
   * Resolves when `size` have come, for all of them. Errors: Timeout and Aborted, after which none of this round has entered
   * counting on this one; only where no quorum is in reach can that not be known: then it takes five seconds more, and if this
   * one was in it is out again when a quorum is. SessionExpired, Closed, and those of the tree.
   */
  enter(options: WaitOptions = {}): Promise<Entered> {
    return attempt(this.#tree, `enter ${this.path}`, options, async made => {
      await made.connected()
      const prefix = childOf(this.path, `in-${uniqueName(this.#tree)}-`)
      // Not given up with the rest: from its first moment on others may count on it.
      const standing = attempt(this.#tree, `enter ${this.path}`, {}, kept =>
        make(this.#tree, prefix, '', 'ephemeralSequential', kept),
      )
      try {
        const { path } = await made.race(standing)
        await lookUntil(this.#tree, made, bell => this.#look(path, bell, made))
      } catch (error) {
        if (!made.signal.aborted || !(await this.#isTooLateToGiveUp(standing))) {
          void standing.then(({ path }) => remove(this.#tree, path)).catch(() => undefined)
          throw error
        }
      }
      const { path, stat } = await standing
      return attempt(this.#tree, `enter ${this.path}`, {}, async entered => {
        const guarded = await guard(this.#tree, { path, token: stat.czxid }, entered)
        return new Entered(this.#tree, path, guarded, (own, waiting) => this.#leave(own, waiting))
      })
    })
  }

  async #look(path: string, bell: Bell, made: Attempt): Promise<true | undefined> {
    const { round, version, present } = await this.#view(made, bell)
    const own = nameOf(path)
    if (!present.includes(own)) throw lost(path)
    const entry = entryOf(round, present, own, this.#size)
    switch (entry.type) {
      case 'entered':
        return true
      case 'wait':
        return undefined
      case 'after':
        await this.#watch(entry.name, bell, made)
        return undefined
      case 'open':
        // Whoever is first lets all in; whoever is not, or finds one of them gone again, looks again like the others.
        await this.#open(entry.round, version, made)
        bell.ring()
        return undefined
    }
  }

  /** All of `round` enter, if all are still there. */
  async #open(round: readonly string[], version: number, made: Attempt): Promise<void> {
    const checks = round.map(name => ({ type: 'check', path: childOf(this.path, name) }) as const)
    const set = { type: 'set', path: this.path, data: roundText(round), version } as const
    try {
      await made.race(this.#tree.multi([...checks, set], { timeoutMs: patienceMs }))
    } catch (error) {
      if (!isError(error, 'NoNode', 'BadVersion')) throw error
    }
  }

  /** Leaves the line, in a transaction that fails where the round was opened since; then it may be in. */
  async #isTooLateToGiveUp(standing: Promise<Created>): Promise<boolean> {
    return attempt(this.#tree, `give up ${this.path}`, { timeoutMs: releaseWaitMs }, async made => {
      const { path } = await made.race(standing)
      const own = nameOf(path)
      for (;;) {
        const { round, version } = await this.#view(made)
        if (round.includes(own)) return true
        const check = { type: 'check', path: this.path, version } as const
        try {
          await made.race(this.#tree.multi([check, { type: 'delete', path }], { timeoutMs: patienceMs }))
          return false
        } catch (error) {
          if (!isError(error, 'BadVersion')) throw error
        }
      }
    }).catch(() => false)
  }

  /** Out, and waits until all others are. */
  #leave(path: string, options: WaitOptions): Promise<void> {
    // Whatever becomes of the wait for the others, also where it was given up before it began.
    const leaving = remove(this.#tree, path)
    return attempt(this.#tree, `leave ${this.path}`, options, async made => {
      await made.race(leaving)
      const own = nameOf(path)
      await lookUntil(this.#tree, made, async bell => {
        const view = await this.#view(made).catch(error => {
          // All have left, and the barrier with them.
          if (isError(error, 'NoNode')) return null
          throw error
        })
        if (view === null || !view.round.includes(own)) return true
        const staying = stayingOf(view.round, view.present, own)
        if (staying === null) return true
        await this.#watch(staying, bell, made)
        return undefined
      })
    })
  }

  async #view(made: Attempt, bell?: Bell): Promise<View> {
    // The watch comes first: what it misses the read after it shows.
    if (bell !== undefined) await this.#tree.get(this.path, { watch: bell.at(this.path), ...made.calls })
    const [data, children] = await this.#tree.multiRead(
      [
        { type: 'get', path: this.path },
        { type: 'children', path: this.path },
      ],
      { consistency: 'linearizable', ...made.calls },
    )
    if (!data.ok) throw data.error
    if (!children.ok) throw children.error
    const { stat } = data.value
    return { round: roundOf(data.value.data), version: stat.version, present: children.value.children }
  }

  /** The bell rings when `name` goes; at once where it has. */
  async #watch(name: string, bell: Bell, made: Attempt): Promise<void> {
    const path = childOf(this.path, name)
    try {
      await this.#tree.get(path, { watch: bell.at(path), ...made.calls })
    } catch (error) {
      if (!isError(error, 'NoNode')) throw error
      bell.ring()
    }
  }
}

type Leaving = (path: string, options: WaitOptions) => Promise<void>

/** Inside, until it leaves. */
export class Entered implements AsyncDisposable {
  /** Aborted when it may be out, or is: the reasons are those of `Held.signal`. */
  readonly signal: AbortSignal
  readonly #tree: Tree
  readonly #path: string
  readonly #guard: Guard
  readonly #leaving: Leaving

  /** Made by {@link DoubleBarrier}. */
  constructor(tree: Tree, path: string, guarded: Guard, leaving: Leaving) {
    this.#tree = tree
    this.#path = path
    this.#guard = guarded
    this.#leaving = leaving
    this.signal = guarded.signal
  }

  /**
   * Says that it is done, and resolves when all who entered with it have said so, or died. Errors: Timeout and Aborted, after
   * which it has left all the same, as soon as a quorum is in reach; SessionExpired, Closed. Idempotent.
   */
  leave(options: WaitOptions = {}): Promise<void> {
    this.#guard.end('it left')
    return this.#leaving(this.#path, options)
  }

  /** Leaves, and does not wait for the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#guard.end('it left')
    await waitABit(this.#tree, remove(this.#tree, this.#path))
  }
}
