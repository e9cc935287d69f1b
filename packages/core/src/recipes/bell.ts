/**
 * One wait for whatever changes first among a few znodes: a one-shot watch at each, set by the reads that found nothing to
 * do, and taken back where it has not fired. A change between a read and the wait rings it, too.
 *
 * Source: ZooKeeper Programmer's Guide, "ZooKeeper Watches".
 */
import type { WatchCallback } from '../client/index.ts'
import type { Attempt } from './attempt.ts'
import { isError, type Tree } from './tree.ts'

export class Bell {
  readonly #tree: Tree
  readonly #paths = new Set<string>()
  readonly #rung: Promise<void>
  /** Rings it by hand. */
  ring: () => void = () => undefined
  readonly #watch: WatchCallback = ({ path }) => {
    this.#paths.delete(path)
    this.ring()
  }

  constructor(tree: Tree) {
    this.#tree = tree
    this.#rung = new Promise(resolve => {
      this.ring = resolve
    })
  }

  /** For the `watch` of a read of `path`. */
  at(path: string): WatchCallback {
    this.#paths.add(path)
    return this.#watch
  }

  /** Resolves at the first change after its reads, or after `ms`. */
  async wait(made: Attempt, ms: number = Number.POSITIVE_INFINITY): Promise<void> {
    if (ms === Number.POSITIVE_INFINITY) return made.race(this.#rung)
    const cancel = this.#tree.clock.after(ms, this.ring)
    try {
      await made.race(this.#rung)
    } finally {
      cancel()
    }
  }

  /** Takes back what was set and did not fire. */
  drop(): void {
    for (const path of this.#paths)
      this.#tree.removeWatches(path, { watcher: this.#watch }).catch(() => undefined)
    this.#paths.clear()
  }
}

/** Looks, with a bell for its reads, until `look` gives something; after each look that does not, waits for a change. */
export async function lookUntil<T>(
  tree: Tree,
  made: Attempt,
  look: (bell: Bell) => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    const bell = new Bell(tree)
    try {
      const found = await look(bell)
      if (found !== undefined) return found
      await bell.wait(made)
    } finally {
      bell.drop()
    }
  }
}

/** Waits for the next change of the znode at `path`, its children's apart; not at all where there is none. */
export async function changeOf(tree: Tree, path: string, made: Attempt): Promise<void> {
  const bell = new Bell(tree)
  try {
    // Unlike exists it sets no watch on what is not there.
    await tree.get(path, { watch: bell.at(path), ...made.calls })
    await bell.wait(made)
  } catch (error) {
    if (!isError(error, 'NoNode')) throw error
  } finally {
    bell.drop()
  }
}
