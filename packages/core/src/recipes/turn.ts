/**
 * Whose turn it is, decided from the names in a line and nothing else: mine, or whom to watch until it may be. Never all of
 * them: when one leaves, one wakes (or the readers behind a writer). Does not look, wait or watch: line.ts does.
 *
 * Safe because nobody can come to stand before a name that is in line: a list at least as new as the own znode that shows it
 * to be its turn stays true for as long as that znode is there.
 * Source: ZooKeeper Recipes, "Locks", "Shared Locks"; Curator's LockInternalsDriver.
 */
import { inOrder, kindOf } from './order.ts'

export type Turn =
  | { readonly type: 'mine' }
  /** Not before the znode `name`, in the same line, is gone. */
  | { readonly type: 'after'; readonly name: string }
  /** Not before any one of the line is gone. */
  | { readonly type: 'afterAny' }
  /** The own znode is not in the line. */
  | { readonly type: 'gone' }

/** @param names all that stand in the line, in any order @param own whose turn is asked for */
export type Decide = (names: readonly string[], own: string) => Turn

/** One at a time. */
export const lockTurn: Decide = (names, own) => {
  const line = inOrder(names)
  const index = line.indexOf(own)
  if (index < 0) return { type: 'gone' }
  return after(line[index - 1])
}

export const readerKind = 'read'
export const writerKind = 'write'

/** A writer waits for all before it, by way of the last of them; a reader for the writers before it, by way of the last. */
export const readWriteTurn: Decide = (names, own) => {
  const line = inOrder(names)
  const index = line.indexOf(own)
  if (index < 0) return { type: 'gone' }
  const before = line.slice(0, index)
  return after(
    kindOf(own) === writerKind ? before.at(-1) : before.findLast(name => kindOf(name) === writerKind),
  )
}

/** At most `max` at a time. Only one should stand behind those: it wakes whenever any leaves, or comes. */
export const leaseTurn =
  (max: number): Decide =>
  (names, own) => {
    const index = inOrder(names).indexOf(own)
    if (index < 0) return { type: 'gone' }
    return index < max ? { type: 'mine' } : { type: 'afterAny' }
  }

const after = (name: string | undefined): Turn =>
  name === undefined ? { type: 'mine' } : { type: 'after', name }
