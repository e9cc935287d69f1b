/**
 * What hooks subscribe to: a view that changes, kept up while anybody looks. Owns when that begins and ends. Rendering asks
 * only for the view, and begins nothing: what is rendered and thrown away leaves nothing behind. Does not know React, or
 * what is viewed.
 *
 * Source: React, "useSyncExternalStore".
 */
import type { Keeper } from '@peerkeeper/core'

/** As useSyncExternalStore takes it. */
export interface Store<View> {
  /** Calls `listener` after each change of the view, until the function that it returns is called. */
  readonly subscribe: (listener: () => void) => () => void
  /** The view as it is: the same object until it changes. */
  readonly getSnapshot: () => View
}

/** Begins to keep a view up: `publish` makes it another one. Returns what ends that, after which nothing is published. */
export type Start<View> = (publish: (view: View) => void) => () => void

/** A store that is kept up from its first listener on until the task in which the last one went: who comes back at once finds it going on. */
export class Live<View> implements Store<View> {
  readonly #initial: View
  readonly #start: Start<View>
  readonly #onIdle: () => void
  /** One entry for each subscription, also of the same function. */
  readonly #listeners = new Set<{ readonly tell: () => void }>()
  #view: View
  #stop: (() => void) | null = null

  constructor(initial: View, start: Start<View>, onIdle: () => void = () => undefined) {
    this.#initial = initial
    this.#view = initial
    this.#start = start
    this.#onIdle = onIdle
  }

  readonly getSnapshot = (): View => this.#view

  readonly subscribe = (tell: () => void): (() => void) => {
    const listener = { tell }
    this.#listeners.add(listener)
    this.#stop ??= this.#begin()
    return () => {
      if (this.#listeners.delete(listener)) queueMicrotask(() => this.#endIfIdle())
    }
  }

  #begin(): () => void {
    let isOver = false
    const stop = this.#start(view => {
      if (isOver || view === this.#view) return
      this.#view = view
      for (const { tell } of [...this.#listeners]) tell()
    })
    return () => {
      isOver = true
      stop()
    }
  }

  #endIfIdle(): void {
    if (this.#listeners.size > 0 || this.#stop === null) return
    this.#stop()
    this.#stop = null
    this.#view = this.#initial
    this.#onIdle()
  }
}

/** Stores by keeper and key, each there for all who look at the same, and only while somebody does. */
export class Shared<View> {
  readonly #initial: View
  readonly #stores = new WeakMap<Keeper, Map<string, Live<View>>>()

  constructor(initial: View) {
    this.#initial = initial
  }

  /** The store of `key`, which the first listener begins by `start`. Without a keeper or a key it stays as it was made. */
  at(
    keeper: Keeper | null,
    key: string | null,
    start: (keeper: Keeper, key: string) => Start<View>,
  ): Store<View> {
    if (keeper === null || key === null)
      return { subscribe: () => () => undefined, getSnapshot: () => this.#initial }
    return {
      subscribe: listener => {
        const stores = this.#stores.get(keeper) ?? new Map<string, Live<View>>()
        this.#stores.set(keeper, stores)
        const found = stores.get(key)
        const store = found ?? new Live(this.#initial, start(keeper, key), () => stores.delete(key))
        stores.set(key, store)
        return store.subscribe(listener)
      },
      getSnapshot: () => this.#stores.get(keeper)?.get(key)?.getSnapshot() ?? this.#initial,
    }
  }

  /** How many are kept up on `keeper`. */
  count(keeper: Keeper): number {
    return this.#stores.get(keeper)?.size ?? 0
  }
}
