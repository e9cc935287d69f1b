/** Dice that fall the same way for the same seed (mulberry32). */
export interface Dice {
  /** A whole number in 0 .. `below` - 1. */
  below(below: number): number
  pick<T>(from: readonly [T, ...T[]]): T
}

export function createDice(seed: number): Dice {
  let state = seed
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { below, pick: from => from[below(from.length)] ?? from[0] }
}
