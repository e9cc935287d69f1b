/**
 * The recipes, for tests to use in a page, and a book that all tabs write into: entries are znodes, so that their order is one
 * that nobody's clock can bend. Judges nothing.
 */
import type { Keeper } from '@peerkeeper/core'
import * as recipes from '@peerkeeper/core/recipes'

export { recipes }

/** Writes an entry at the end of the book at `book`, which is a znode. */
export async function note(keeper: Keeper, book: string, entry: string): Promise<void> {
  await keeper.create(`${book}/e-`, entry, { mode: 'persistentSequential' })
}

export interface Turns {
  readonly book: string
  /** Of this tab, in every entry. */
  readonly name: string
  readonly times: number
}

/** What a lock of one znode and a lock of several have in common. */
interface Taken {
  readonly token?: number
  release(): Promise<void>
}

/** Takes a lock so many times; notes `in NAME TOKEN` when it has it and `out NAME` before it gives it back. */
export async function takeTurns(
  keeper: Keeper,
  lock: { acquire(): Promise<Taken> },
  { book, name, times }: Turns,
): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    const held = await lock.acquire()
    await note(keeper, book, `in ${name} ${held.token ?? 0}`)
    await note(keeper, book, `out ${name}`)
    await held.release()
  }
}
