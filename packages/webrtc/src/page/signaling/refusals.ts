/** Why what came by signaling was refused, as codes to count: nobody is asked to read such messages, people may want to know of them. */

export type Refusal =
  /** A peer that shows no proof of who it is, or one that makes no sense: an earlier version, or a stranger. */
  | 'unproven'
  /** The key that it shows is another node's. */
  | 'otherKey'
  /** The signature is not that key's, or is of something else. */
  | 'badSignature'
  /** Heard before, or later than what was sent after it. */
  | 'replayed'
  /** A signal that is no signed text. */
  | 'malformed'
  /** More than can be looked at waits already. */
  | 'tooMuch'

export type Refusals = Readonly<Record<Refusal, number>>

export interface RefusalCount {
  add(refusal: Refusal): void
  all(): Refusals
}

export function countRefusals(): RefusalCount {
  const counts: Record<Refusal, number> = {
    unproven: 0,
    otherKey: 0,
    badSignature: 0,
    replayed: 0,
    malformed: 0,
    tooMuch: 0,
  }
  return {
    add(refusal) {
      counts[refusal] += 1
    },
    all: () => ({ ...counts }),
  }
}
