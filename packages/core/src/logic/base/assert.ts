/**
 * Broken invariants. An operating error is a value with a code (state/error.ts); what is thrown here is a bug
 * or a lie on disk, and the replica that meets it stops for good, in production too.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Throws {@link InvariantError} unless `condition` holds. `message` says the invariant, not the symptom. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/** For the end of an exhaustive switch or lookup: the types say that it cannot be reached. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`)
}
