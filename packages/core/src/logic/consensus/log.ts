/**
 * The slots that a node holds in memory: what it accepted in which ballot. Holes are possible. Mirrors what is on disk
 * or on its way there. Knows no protocol; used by all that keep a log.
 */
import { assert } from '../base/assert.ts'
import { noSlot, type Slot, slot, slotAfter } from '../base/ids.ts'
import { type Ballot, sameBallot } from './ballot.ts'
import type { Accepted } from './paxos/proposer.ts'
import { type Run, type Value, valueBytes } from './value.ts'

export interface RunLimits {
  readonly entriesMax: number
  readonly bytesMax: number
}

export class Log {
  /** Index i holds slot `forgottenThrough + 1 + i`. */
  #entries: (Accepted | undefined)[] = []
  #forgottenThrough: Slot = noSlot

  /** Everything up to here is in a snapshot and not here. Invariant: never falls. */
  get forgottenThrough(): Slot {
    return this.#forgottenThrough
  }

  /** The highest slot that holds something, or `forgottenThrough`. */
  get lastSlot(): Slot {
    return slot(this.#forgottenThrough + this.#entries.length)
  }

  /** For comparing logs. */
  toJSON(): unknown {
    return [this.#forgottenThrough, this.#entries]
  }

  at(at: Slot): Accepted | undefined {
    return this.#entries[at - this.#forgottenThrough - 1]
  }

  set(at: Slot, entry: Accepted): void {
    assert(at > this.#forgottenThrough, `slot ${at} is not in the snapshot through ${this.#forgottenThrough}`)
    const index = at - this.#forgottenThrough - 1
    while (this.#entries.length < index) this.#entries.push(undefined)
    this.#entries[index] = entry
  }

  /** Puts all of `run`, over whatever was there; slots that are forgotten already stay so. */
  setRun(run: Run): void {
    run.values.forEach((value, index) => {
      const at = slotAfter(run.firstSlot, index)
      if (at > this.#forgottenThrough) this.set(at, { ballot: run.ballot, value })
    })
  }

  /** Drops `from` and everything after. */
  truncate(from: Slot): void {
    this.#entries.length = Math.max(0, Math.min(this.#entries.length, from - this.#forgottenThrough - 1))
  }

  /** Drops everything up to `through`: a snapshot holds it. */
  forget(through: Slot): void {
    if (through <= this.#forgottenThrough) return
    this.#entries.splice(0, through - this.#forgottenThrough)
    this.#forgottenThrough = through
  }

  /** The values of `from` .. `through` as they were put, up to the first hole and within `limits`; at least one. */
  valuesFrom(from: Slot, through: Slot, limits: RunLimits): readonly Value[] {
    const values: Value[] = []
    let bytes = 0
    for (let at = from; at <= through && values.length < limits.entriesMax; at = slotAfter(at)) {
      const entry = this.at(at)
      if (entry === undefined) break
      bytes += valueBytes(entry.value)
      if (values.length > 0 && bytes > limits.bytesMax) break
      values.push(entry.value)
    }
    return values
  }

  /** All values behind `through`, up to the first hole. */
  valuesBehind(through: Slot): readonly Value[] {
    const all = { entriesMax: Number.POSITIVE_INFINITY, bytesMax: Number.POSITIVE_INFINITY }
    return this.valuesFrom(slotAfter(through), this.lastSlot, all)
  }

  /** What is held in `from` .. `last`, as runs of one ballot each, within `limits`, and the last slot looked at. */
  runsFrom(
    from: Slot,
    limits: RunLimits,
    last = this.lastSlot,
  ): { readonly runs: readonly Run[]; readonly through: Slot } {
    const runs: { ballot: Ballot; firstSlot: Slot; values: Value[] }[] = []
    let bytes = 0
    let entries = 0
    let at = from
    for (; at <= last && entries < limits.entriesMax; at = slotAfter(at)) {
      const entry = this.at(at)
      if (entry === undefined) continue
      bytes += valueBytes(entry.value)
      if (entries > 0 && bytes > limits.bytesMax) break
      entries++
      const run = runs.at(-1)
      if (run && run.firstSlot + run.values.length === at && sameBallot(run.ballot, entry.ballot))
        run.values.push(entry.value)
      else runs.push({ ballot: entry.ballot, firstSlot: at, values: [entry.value] })
    }
    return { runs, through: slotAfter(at, -1) }
  }
}
