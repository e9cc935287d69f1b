/**
 * The memory of a search: which configurations were reached before. A configuration is told by 64 bits of hash, eight
 * bytes each in an open table, so that a million fit where a set of keys would hold a hundred thousand. Two that share
 * a hash could only make a search give up a way that was open: a good history might be refused, once in ten million
 * searches of the largest size, and a bad one is never accepted.
 */
import { seededRandom } from '../../logic/base/random.ts'

/** Half of a hash each. */
export interface Hash {
  readonly high: number
  readonly low: number
}

export const noHash: Hash = { high: 0, low: 0 }

/** In any order, and taken away again by the same call: what a set of things is told by. */
export const combined = (a: Hash, b: Hash): Hash => ({ high: a.high ^ b.high, low: a.low ^ b.low })

/** Hashes for things numbered from 0, drawn once. */
export function drawHashes(count: number): readonly Hash[] {
  const random = seededRandom(count)
  const draw = () => random.below(2 ** 32) | 0
  return Array.from({ length: count }, () => ({ high: draw(), low: draw() }))
}

export class Configurations {
  /** Pairs of high and low; both 0 where nothing is. */
  #table = new Int32Array(2 * 1_024)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** False when it was there before. */
  add(hash: Hash): boolean {
    if (4 * this.#size >= this.#table.length) this.#grow()
    const { high, low } = hash.high === 0 && hash.low === 0 ? { high: 1, low: 1 } : hash
    const at = this.#placeOf(high, low)
    if (this.#table[at] === high && this.#table[at + 1] === low) return false
    this.#table[at] = high
    this.#table[at + 1] = low
    this.#size++
    return true
  }

  /** Where the pair is, or where it would be. */
  #placeOf(high: number, low: number): number {
    const mask = this.#table.length / 2 - 1
    let index = (low ^ (high >>> 7)) & mask
    for (;;) {
      const [there, thereToo] = [this.#table[2 * index], this.#table[2 * index + 1]]
      if ((there === high && thereToo === low) || (there === 0 && thereToo === 0)) return 2 * index
      index = (index + 1) & mask
    }
  }

  #grow(): void {
    const before = this.#table
    this.#table = new Int32Array(2 * before.length)
    for (let index = 0; index < before.length; index += 2) {
      const [high = 0, low = 0] = [before[index], before[index + 1]]
      if (high === 0 && low === 0) continue
      const at = this.#placeOf(high, low)
      this.#table[at] = high
      this.#table[at + 1] = low
    }
  }
}
