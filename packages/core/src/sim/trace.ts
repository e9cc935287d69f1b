/**
 * What happened in a run, one line an event: a hash of all lines always, the lines themselves when they are asked for.
 * Two runs of a seed are the same run when their hashes agree.
 */
import { hashString } from '../logic/base/hash.ts'
import type { Clock } from './clock.ts'

export class Trace {
  readonly #clock: Clock
  readonly #lines: string[] | null
  #hash = 0

  constructor(clock: Clock, keep: boolean) {
    this.#clock = clock
    this.#lines = keep ? [] : null
  }

  /** Notes that `what` happened at `who`. `detail` is for people; the hash does not count it. */
  note(who: string, what: string, detail?: () => string): void {
    this.#hash = hashString(what, (this.#hash ^ hashString(who, this.#clock.now)) | 0)
    this.#lines?.push(`${timeOf(this.#clock.now)} ${who.padEnd(4)} ${what}${detail ? ` ${detail()}` : ''}`)
  }

  get hash(): string {
    return (this.#hash % 2 ** 48).toString(16).padStart(12, '0')
  }

  /** Empty unless they were asked for. */
  get lines(): readonly string[] {
    return this.#lines ?? []
  }
}

const timeOf = (ms: number): string => (ms / 1_000).toFixed(3).padStart(8)
