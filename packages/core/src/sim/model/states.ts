/** The states that were reached, each a row of small numbers, with how each was reached. Exact: rows are compared whole. */

export class States {
  readonly #width: number
  #rows: Int32Array
  #table: Int32Array
  #size = 0

  /** `width`: numbers in a row, those that follow what is compared included. */
  constructor(width: number) {
    this.#width = width
    this.#rows = new Int32Array(1024 * (width + 1))
    this.#table = new Int32Array(4096).fill(-1)
  }

  get size(): number {
    return this.#size
  }

  /** Adds `row`, reached from state `before`; false when it was there. */
  add(row: readonly number[], before: number): boolean {
    if (this.#size * 3 > this.#table.length) this.#grow()
    const mask = this.#table.length - 1
    for (let at = hash(row) & mask; ; at = (at + 1) & mask) {
      const known = this.#table[at] ?? -1
      if (known === -1) {
        this.#table[at] = this.#put(row, before)
        return true
      }
      if (this.#is(known, row)) return false
    }
  }

  /** The numbers of state `index`. */
  row(index: number): readonly number[] {
    const from = index * (this.#width + 1)
    return Array.from(this.#rows.subarray(from, from + this.#width))
  }

  /** The state that `index` was reached from; -1 for the first. */
  before(index: number): number {
    return this.#rows[index * (this.#width + 1) + this.#width] ?? -1
  }

  #is(index: number, row: readonly number[]): boolean {
    const from = index * (this.#width + 1)
    for (let at = 0; at < this.#width; at++) if (this.#rows[from + at] !== row[at]) return false
    return true
  }

  #put(row: readonly number[], before: number): number {
    const from = this.#size * (this.#width + 1)
    if (from + this.#width >= this.#rows.length) {
      const larger = new Int32Array(this.#rows.length * 2)
      larger.set(this.#rows)
      this.#rows = larger
    }
    this.#rows.set(row, from)
    this.#rows[from + this.#width] = before
    return this.#size++
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2).fill(-1)
    const mask = this.#table.length - 1
    for (let index = 0; index < this.#size; index++) {
      let at = hash(this.row(index)) & mask
      while (this.#table[at] !== -1) at = (at + 1) & mask
      this.#table[at] = index
    }
  }
}

function hash(row: readonly number[]): number {
  let mixed = 0x811c9dc5
  for (const each of row) {
    mixed = Math.imul(mixed ^ each, 0x01000193)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  }
  return (mixed ^ (mixed >>> 13)) >>> 0
}
