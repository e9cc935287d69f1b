/**
 * Something that runs in a virtual world, a page or a worker: what it does later it does at its own time, while frozen not
 * until it thaws, and once dead not at all. It is the clock of what runs in it.
 */
import type { Clock } from '../../host/time/clock.ts'
import type { VirtualTime } from './time.ts'

/** Where dates begin: late enough that nothing is from before 1970. */
const epochMs = 1_750_000_000_000

export class VirtualProcess implements Clock {
  readonly #time: VirtualTime
  #isDead = false
  #isFrozen = false
  /** Resolves when it dies. */
  readonly died: Promise<void>
  #onDied: () => void = () => {}
  /** What goes on when it thaws, in order. */
  #heldUp: (() => void)[] = []

  constructor(time: VirtualTime) {
    this.#time = time
    this.died = new Promise(resolve => {
      this.#onDied = resolve
    })
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  now(): number {
    return epochMs + this.#time.now
  }

  steadyMs(): number {
    return this.#time.now
  }

  after(ms: number, run: () => void): () => void {
    // What is cancelled is let go of at once: timers of recipes are for weeks.
    let planned: (() => void) | null = run
    this.#time.clock.after(ms, () => {
      if (planned !== null) this.whenAwake(() => planned?.())
    })
    return () => {
      planned = null
    }
  }

  every(ms: number, run: () => void): () => void {
    let cancel = () => {}
    const again = () => {
      cancel = this.after(ms, again)
      run()
    }
    cancel = this.after(ms, again)
    return () => cancel()
  }

  /** Runs `run` now; where the process is frozen, when it thaws; where it is dead, never. */
  whenAwake(run: () => void): void {
    if (this.#isDead) return
    if (this.#isFrozen) {
      this.#heldUp.push(run)
      return
    }
    this.#time.touch()
    run()
  }

  freeze(): void {
    this.#isFrozen = true
  }

  /** What was held up happens at once, in order, each in a task of its own. */
  thaw(): void {
    if (!this.#isFrozen) return
    this.#isFrozen = false
    const heldUp = this.#heldUp
    this.#heldUp = []
    for (const run of heldUp) this.after(0, run)
  }

  kill(): void {
    this.#isDead = true
    this.#heldUp = []
    this.#onDied()
  }
}
