/**
 * The one source of randomness that logic accepts: passed in, seeded by whoever runs the replica. In a browser the
 * seed comes from `crypto`, in the simulator from the command line, so that a run can be had again.
 * Algorithm: mulberry32 (32 bits of state, period 2^32). Enough to spread timeouts; never for secrets.
 */
export interface Random {
  /** An integer in `0 .. bound - 1`. `bound` is at least 1. */
  below(bound: number): number
}

/** A generator whose numbers depend on `seed` alone. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return { below: bound => Math.floor((next() / 2 ** 32) * bound) }
}
