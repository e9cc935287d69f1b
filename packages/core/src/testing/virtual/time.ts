/**
 * The time of a virtual world: it passes only while somebody waits for something, and then at once. What happens next is
 * either a microtask or the next thing planned; so the same world lives the same life each time. Does not know what happens.
 */
import { Clock, type VirtualMs } from '../../sim/clock.ts'

/** What somebody waits for. */
interface Goal {
  /** No later than this it is over, one way or the other. */
  readonly at: VirtualMs
  isMet(): boolean
  /** It is met, or its time has come. */
  end(): void
  /** It will not come. */
  giveUp(error: Error): void
}

export interface UntilOptions {
  /** Milliseconds of virtual time; a minute where nothing is said. */
  readonly withinMs?: number
}

/** Longer than anything that ends by itself: calls, sessions, elections. */
const withinMsUsual = 60_000

export class VirtualTime {
  /** What is planned. Whoever plans here calls {@link touch} when it happens, where promises may hang on it. */
  readonly clock = new Clock()
  readonly #goals = new Set<Goal>()
  #isRunning = false
  #isTouched = false
  #isOver = false

  get now(): VirtualMs {
    return this.clock.now
  }

  /** Something ran: promises may have been settled, and whoever awaits them goes on before anything else happens. */
  touch(): void {
    this.#isTouched = true
  }

  /** Lets `ms` milliseconds pass, and all that happens in them. */
  advance(ms: number): Promise<void> {
    return new Promise((resolve, giveUp) => {
      this.#run({ at: this.now + Math.max(0, Math.round(ms)), isMet: () => false, end: resolve, giveUp })
    })
  }

  /** Lets time pass until `promise` is settled, as which it settles. Rejects when that takes too long, or cannot be. */
  until<T>(promise: Promise<T>, { withinMs = withinMsUsual }: UntilOptions = {}): Promise<T> {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    return new Promise((resolve, reject) => {
      const end = () => {
        if (isSettled) promise.then(resolve, reject)
        else reject(new Error(`not settled within ${withinMs} ms of virtual time: it is ${this.now} ms now`))
      }
      this.#run({ at: this.now + withinMs, isMet: () => isSettled, end, giveUp: reject })
    })
  }

  /** The end of the world: whoever waits is rejected, and nothing happens any more. */
  close(): void {
    this.#isOver = true
    for (const goal of this.#goals) goal.giveUp(new Error('the world was closed'))
    this.#goals.clear()
  }

  #run(goal: Goal): void {
    if (this.#isOver) return goal.giveUp(new Error('the world was closed'))
    this.#goals.add(goal)
    if (this.#isRunning) return
    this.#isRunning = true
    void this.#pass()
  }

  /** One thing after the other, and after each all microtasks that it caused, until nobody waits any more. */
  async #pass(): Promise<void> {
    await microtasks()
    while (this.#goals.size > 0) {
      if (this.#end(({ isMet }) => isMet())) {
        await microtasks()
        continue
      }
      let soonest = Number.POSITIVE_INFINITY
      for (const { at } of this.#goals) soonest = Math.min(soonest, at)
      this.#isTouched = false
      while (!this.#isTouched && this.clock.step(soonest));
      if (!this.#isTouched) this.#end(({ at }) => at <= this.now)
      await microtasks()
    }
    this.#isRunning = false
  }

  /** Whether any goal was over. */
  #end(isOver: (goal: Goal) => boolean): boolean {
    const over = [...this.#goals].filter(isOver)
    for (const goal of over) {
      this.#goals.delete(goal)
      goal.end()
    }
    return over.length > 0
  }
}

/** What Node has and browsers have not. */
const { setImmediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown }

/** Resolves when no microtask is left: in a task of its own, after everything that the present one set off. */
const microtasks: () => Promise<void> =
  setImmediate !== undefined
    ? () => new Promise(resolve => void setImmediate(resolve))
    : () =>
        new Promise(resolve => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            port1.close()
            resolve()
          }
          port2.postMessage(null)
        })
