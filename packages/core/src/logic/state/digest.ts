/**
 * The arithmetic of the state's digest: a sum of one digest for each znode and session, so that a change costs what it
 * touches and the order of the parts does not matter. Finds accidents (replicas that differ, a snapshot that rotted);
 * it is no defence against someone who wants a collision. All digests are integers in 0 .. 2^53 - 1.
 */
const modulus = 2 ** 53
const word = 2 ** 32

/** `sum` with `part` in it. */
export function addDigest(sum: number, part: number): number {
  const room = modulus - part
  return sum >= room ? sum - room : sum + part
}

/** `sum` without `part`. */
export const subtractDigest = (sum: number, part: number): number =>
  sum >= part ? sum - part : sum + (modulus - part)

/** `digest` with the integer `value` (of any sign, below 2^53) mixed in. Order matters. */
export function mixNumber(digest: number, value: number): number {
  const low = Math.imul((digest ^ value) + 0x2545f491, 0x9e3779b1)
  const high = Math.imul(
    Math.floor(digest / word) ^ Math.floor(value / word) ^ (low >>> 11) ^ (low << 21),
    0x85ebca77,
  )
  return (high >>> 11) * word + ((low ^ (high << 7) ^ (high >>> 9)) >>> 0)
}
