/**
 * Names of znodes that stand in a line, and their order. A name is `<kind>-<session>.<number>-<sequence>`: the session and
 * its count make it one that nobody ever had, so that it names one attempt also where the line was removed and its sequence
 * began anew; the ten digits are the place in the line. Knows nothing of what the line is for.
 *
 * Source: ZooKeeper Recipes, "Locks"; the unique part is what Curator calls protection.
 */

/** What tree.create appends to a sequential name. */
const sequenceDigits = 10

/** The place of `name` in its line; null where it has none: no znode of a recipe. */
export function sequenceOf(name: string): number | null {
  const digits = name.slice(-sequenceDigits)
  return /-\d{10}$/.test(name) ? Number(digits) : null
}

/** `kind` of a name, without what follows. */
export const kindOf = (name: string): string => name.slice(0, name.indexOf('-'))

/** Those of `names` that have a place, in its order, whatever they are. */
export function inOrder(names: readonly string[]): readonly string[] {
  const placed: { readonly name: string; readonly sequence: number }[] = []
  for (const name of names) {
    const sequence = sequenceOf(name)
    if (sequence !== null) placed.push({ name, sequence })
  }
  return placed.sort((a, b) => a.sequence - b.sequence).map(({ name }) => name)
}
