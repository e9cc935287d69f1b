/**
 * A barrier that somebody sets and somebody removes: all who wait go on when it is gone.
 *
 * Source: ZooKeeper Recipes, "Barriers"; Curator's DistributedBarrier.
 */
import { attempt } from './attempt.ts'
import { lookUntil } from './bell.ts'
import { patienceMs } from './limits.ts'
import { isError, type Tree, type WaitOptions } from './tree.ts'
import { makeParents } from './znode.ts'

export class Barrier {
  readonly path: string
  readonly #tree: Tree

  /** The barrier at `path`: it stands while this znode is there, whoever made it. Nothing is asked for yet. */
  constructor(keeper: Tree, path: string) {
    this.#tree = keeper
    this.path = path
  }

  /** Sets the barrier; it stays when this session ends. Nothing happens where it stands. Errors: those of every call. */
  set(options: WaitOptions = {}): Promise<void> {
    return attempt(this.#tree, `set barrier ${this.path}`, options, async made => {
      for (;;)
        try {
          await made.race(this.#tree.create(this.path, '', { timeoutMs: patienceMs }))
          return
        } catch (error) {
          if (isError(error, 'NodeExists')) return
          if (!isError(error, 'NoNode')) throw error
          await makeParents(this.#tree, this.path, made)
        }
    })
  }

  /** Lets all go on who wait, and who come. Nothing happens where it does not stand. Errors: those of every call. */
  remove(options: WaitOptions = {}): Promise<void> {
    return attempt(this.#tree, `remove barrier ${this.path}`, options, async made => {
      try {
        await made.race(this.#tree.delete(this.path, { timeoutMs: patienceMs }))
      } catch (error) {
        if (!isError(error, 'NoNode')) throw error
      }
    })
  }

  /**
   * Resolves when it does not stand, as a quorum sees it: one that was set before this call is never overlooked. Errors:
   * those of every call.
   */
  wait(options: WaitOptions = {}): Promise<void> {
    return attempt(this.#tree, `wait at barrier ${this.path}`, options, async made => {
      await lookUntil(this.#tree, made, async bell => {
        const watch = bell.at(this.path)
        const stat = await this.#tree.exists(this.path, {
          consistency: 'linearizable',
          watch,
          ...made.calls,
        })
        return stat === null ? true : undefined
      })
    })
  }
}
