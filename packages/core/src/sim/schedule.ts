/** When faults happen: at random moments until they are told to stop. Does not know what they do. */
import type { Chance } from './chance.ts'
import type { Clock } from './clock.ts'

export class Schedule {
  readonly chance: Chance
  readonly #clock: Pick<Clock, 'after'>
  #isActive = true

  constructor(clock: Pick<Clock, 'after'>, chance: Chance) {
    this.#clock = clock
    this.chance = chance
  }

  get isActive(): boolean {
    return this.#isActive
  }

  /** Nothing that is planned happens any more. */
  stop(): void {
    this.#isActive = false
  }

  once(delayMs: number, happen: () => void): void {
    this.#clock.after(delayMs, () => {
      if (this.#isActive) happen()
    })
  }

  /** About every `everyMs`. */
  again(everyMs: number, happen: () => void): void {
    this.once(this.chance.wait(everyMs), () => {
      happen()
      this.again(everyMs, happen)
    })
  }
}
