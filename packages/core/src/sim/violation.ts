/** What a checker throws when a rule was broken: which rule, and what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation'
  /** Of the rule, one word for each: `promise-falls`. */
  readonly check: string

  constructor(check: string, message: string) {
    super(message)
    this.check = check
  }
}

/** Throws a {@link Violation} of `check` unless `condition` holds. `message` is made only then. */
export function require(condition: boolean, check: string, message: () => string): asserts condition {
  if (!condition) throw new Violation(check, message())
}
