/**
 * Virtual time: a queue of what is going to happen, ordered by when, then by who asked first. Nothing in a simulation
 * knows another clock. Does not know what the things are that happen.
 */

/** Milliseconds since the simulation began. */
export type VirtualMs = number

interface Planned {
  readonly at: VirtualMs
  readonly sequence: number
  readonly happen: () => void
}

export class Clock {
  /** A binary heap: the next to happen stands first. */
  readonly #heap: Planned[] = []
  #sequence = 0
  #now: VirtualMs = 0

  get now(): VirtualMs {
    return this.#now
  }

  /** `happen` is called `delayMs` from now, after everything that was planned for that moment before. */
  after(delayMs: number, happen: () => void): void {
    this.#push({ at: this.#now + Math.max(0, Math.round(delayMs)), sequence: this.#sequence++, happen })
  }

  /** Lets the next thing happen, if it is due at or before `until`. False when there is none. */
  step(until: VirtualMs): boolean {
    const [next] = this.#heap
    if (next === undefined || next.at > until) {
      this.#now = Math.max(this.#now, until)
      return false
    }
    this.#pop()
    this.#now = next.at
    next.happen()
    return true
  }

  #push(planned: Planned): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(planned)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]
      if (above === undefined || isBefore(above, planned)) break
      heap[index] = above
      index = parent
    }
    heap[index] = planned
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      const left = heap[child]
      const right = heap[child + 1]
      if (left === undefined) break
      if (right !== undefined && isBefore(right, left)) child++
      const below = right !== undefined && isBefore(right, left) ? right : left
      if (isBefore(last, below)) break
      heap[index] = below
      index = child
    }
    heap[index] = last
  }
}

const isBefore = (a: Planned, b: Planned): boolean =>
  a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
