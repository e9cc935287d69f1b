/** Draws of the simulator, over the seeded generator of logic: the words in which plans, faults and workloads choose. */
import { hashString } from '../logic/base/hash.ts'
import { type Random, seededRandom } from '../logic/base/random.ts'

export interface Chance extends Random {
  /** True in `probability` (0 .. 1) of all draws. */
  happens(probability: number): boolean
  /** An integer in `least .. most`, both included. */
  between(least: number, most: number): number
  /** One of `choices`, of which there is at least one. */
  pick<T>(choices: readonly T[]): T
  /** A random time until something that happens once in `meanMs` on average: at least 1. */
  wait(meanMs: number): number
}

/** Draws that depend on `seed` and `purpose` alone, so that one purpose drawing more often moves no other. */
export function chanceOf(seed: number, purpose: string): Chance {
  const random = seededRandom(hashString(purpose, seed))
  const chance: Chance = {
    below: random.below,
    happens: probability => random.below(1_000_000) < probability * 1_000_000,
    between: (least, most) => least + random.below(most - least + 1),
    pick(choices) {
      const choice = choices[random.below(choices.length)]
      if (choice === undefined) throw new RangeError('a pick needs a choice')
      return choice
    },
    wait: meanMs => 1 + Math.round(-meanMs * Math.log(1 - random.below(1_000_000) / 1_000_000)),
  }
  return chance
}
