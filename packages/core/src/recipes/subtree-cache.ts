/**
 * A mirror of a subtree in the page, kept up by a watch: read at once and without a call, in views that are each of one
 * moment. Owns the reads that the mirror (mirror.ts) asks for. Lags like any local read; a decision that must not lag asks
 * the tree.
 *
 * Source: Curator's CuratorCache and TreeCache.
 */

import type { ZnodeView } from '../client/index.ts'
import { firstOf, onceAborted } from '../host/time/signals.ts'
import { type Attempt, attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import { mirrorReadsMax } from './limits.ts'
import { Mirror, type Reading, type View } from './mirror.ts'
import { isError, type Tree, type WaitOptions } from './tree.ts'

export interface CacheOptions extends WaitOptions {
  /** Closes the cache, besides giving up opening it. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Mirrors the znode at `path`, which need not be there, and all below that may be read. Resolves with the first view; its
 * listeners are told `change` at each later one. Errors: BadArguments, Timeout (limits the first view only), Aborted,
 * SessionExpired, Closed.
 */
export async function subtreeCache(
  keeper: Tree,
  path: string,
  options: CacheOptions = {},
): Promise<SubtreeCache> {
  const cache = new SubtreeCache(keeper, path, options.signal)
  try {
    await attempt(keeper, `mirror ${path}`, options, made => made.race(cache.ready))
    return cache
  } catch (error) {
    cache.close()
    throw error
  }
}

export class SubtreeCache extends EventTarget implements Disposable {
  readonly path: string
  /** Resolves with the first view. @internal */
  readonly ready: Promise<void>
  /** Aborted when nothing is kept up any more, with a KeeperError: SessionExpired, Closed, or what of the tree ended it. */
  readonly signal: AbortSignal
  readonly #tree: Tree
  readonly #over = new AbortController()
  readonly #mirror: Mirror
  #onNews: () => void = () => undefined

  /** Use {@link subtreeCache} instead. */
  constructor(tree: Tree, path: string, closed: AbortSignal | undefined) {
    super()
    this.path = path
    this.#tree = tree
    this.#mirror = new Mirror(path)
    this.signal = this.#over.signal
    this.ready = new Promise((resolve, reject) => {
      const keeping = attempt(tree, `mirror ${path}`, { signal: firstOf(this.signal, closed) }, made =>
        this.#keepUp(made, resolve),
      )
      keeping.catch(error => {
        this.#over.abort(error)
        reject(error)
      })
    })
    this.ready.catch(() => undefined)
  }

  /** The subtree as of one zxid; the same object until the next one. */
  get view(): View {
    return this.#mirror.view
  }

  /** The znode at `path` in the present view. */
  get(path: string): ZnodeView | undefined {
    return this.view.znodes.get(path)
  }

  /** Views, beginning with the present one; of several that came meanwhile only the last. Ends with the cache; throws why. */
  async *views(): AsyncGenerator<View, never> {
    let told: View | null = null
    for (;;) {
      while (this.view === told) await this.#nextChange()
      told = this.view
      yield told
    }
  }

  /** Keeps up no more; the last view stays. Idempotent. */
  close(): void {
    this.#over.abort(new KeeperError('Closed', 'the cache was closed', this.path))
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #keepUp(made: Attempt, onReady: () => void): Promise<never> {
    const watcher = await this.#tree.watch(this.path, {
      recursive: true,
      // All that is known of it: each change that made it, or a snapshot.
      from: 0,
      onEvent: event => {
        this.#mirror.take(event)
        this.#onNews()
      },
      ...made.calls,
    })
    try {
      for (;;) {
        const before = this.view
        const readings = await this.#read(this.#mirror.begin(), made)
        if (this.#mirror.read(readings)) {
          onReady()
          if (this.view.zxid !== before.zxid) this.dispatchEvent(new Event('change'))
        }
        if (!this.#mirror.hasNews)
          await made.race(
            new Promise<void>(resolve => {
              this.#onNews = () => this.#mirror.hasNews && resolve()
            }),
          )
      }
    } finally {
      watcher.close()
    }
  }

  async #read(wanted: readonly string[], made: Attempt): Promise<ReadonlyMap<string, Reading>> {
    const readings = new Map<string, Reading>()
    for (let from = 0; from < wanted.length; from += mirrorReadsMax) {
      const paths = wanted.slice(from, from + mirrorReadsMax)
      const results = await this.#tree.multiRead(
        paths.map(path => ({ type: 'get', path }) as const),
        made.calls,
      )
      for (const [index, result] of results.entries()) {
        const path = paths[index]
        if (path === undefined) continue
        if (!result.ok && !isError(result.error, 'NoNode', 'NoAuth')) throw result.error
        readings.set(path, result.ok ? ({ path, ...result.value } as ZnodeView) : null)
      }
    }
    return readings
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve, reject) => {
      const changed = () => {
        forget()
        resolve()
      }
      this.addEventListener('change', changed, { once: true })
      const forget = onceAborted(this.signal, () => {
        this.removeEventListener('change', changed)
        reject(this.signal.reason)
      })
    })
  }
}
