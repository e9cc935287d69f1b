/**
 * Why what came by signaling was refused, as codes to count: nobody is asked to read such messages, people may want to know of them.
 * What could not be sent is counted with them.
 */

const noRefusals = {
  /** A presence or a signal that was not sealed by the room's secret, or for somebody else. */
  unsealed: 0,
  /** A peer that shows no proof of who it is, or one that makes no sense: an earlier version, or a stranger. */
  unproven: 0,
  /** The key that it shows is another node's. */
  otherKey: 0,
  /** The signature is not that key's, or is of something else. */
  badSignature: 0,
  /** Heard before, or later than what was sent after it. */
  replayed: 0,
  /** A signal that is no signed text. */
  malformed: 0,
  /** More than can be looked at waits already. */
  tooMuch: 0,
  /** Of this side's own: it could not be signed or sealed, or too much waited already. It was not sent. */
  dropped: 0,
}

export type Refusal = keyof typeof noRefusals
/** How much was refused so far, by reason. */
export type Refusals = Readonly<Record<Refusal, number>>

export interface RefusalCount {
  readonly add: (refusal: Refusal) => void
  all(): Refusals
}

export function countRefusals(): RefusalCount {
  const counts = { ...noRefusals }
  return {
    add(refusal) {
      counts[refusal] += 1
    },
    all: () => ({ ...counts }),
  }
}

export function sumOfRefusals(each: readonly (Refusals | undefined)[]): Refusals {
  const sum = { ...noRefusals }
  for (const refusal of Object.keys(sum) as Refusal[])
    for (const counts of each) sum[refusal] += counts?.[refusal] ?? 0
  return sum
}
