/**
 * A replica's disk: what is on it, and the one write that may be on its way. A crash decides whether that write happened
 * or not; half of it is not on offer, as in IndexedDB. Knows nothing of what the records mean.
 */
import type { LogWrite, Persist, Recovered, Snapshot } from '../logic/consensus/engine.ts'
import { lastSlotOf } from '../logic/consensus/value.ts'

export class Disk {
  #hardState: unknown = null
  #log: LogWrite[] = []
  #snapshot: Snapshot | null = null
  #pending: Persist | null = null
  /** Openings so far. */
  #incarnation = 0
  /** Told of each write that became durable. */
  readonly #written: (persist: Persist) => void

  constructor(written: (persist: Persist) => void) {
    this.#written = written
  }

  get hardState(): unknown {
    return this.#hardState
  }

  get incarnation(): number {
    return this.#incarnation
  }

  get isWriting(): boolean {
    return this.#pending !== null
  }

  /** Copies of all that is there, as they come out of a database. */
  open(): Recovered {
    this.#incarnation++
    return structuredClone({ hardState: this.#hardState, log: this.#log, snapshot: this.#snapshot })
  }

  /** A write begins. One at a time. */
  begin(persist: Persist): void {
    if (this.#pending !== null) throw new RangeError('one write at a time')
    this.#pending = persist
  }

  /** The write under way is durable. */
  complete(): void {
    const persist = this.#pending
    this.#pending = null
    if (persist === null) return
    this.#hardState = persist.hardState
    this.#log.push(...persist.log)
    if (persist.snapshot !== null) {
      const { through } = persist.snapshot
      this.#snapshot = persist.snapshot
      this.#log = this.#log.filter(write => write.type === 'truncate' || lastSlotOf(write.run) > through)
    }
    this.#written(persist)
  }

  /** The power goes: the write under way happened, or not. */
  crash(writeHappened: boolean): void {
    if (writeHappened) this.complete()
    this.#pending = null
  }
}
