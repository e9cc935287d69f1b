/** Holds of a tab, as handles that a test keeps, and who stands in which line. */
import { expect } from '@playwright/test'
import type { Tab } from './tab.ts'

/** The locks of the recipes over one path. */
export type LockKind = 'mutex' | 'reader' | 'writer' | 'pair'

/** Waits until `tab` has it. `pair` is a semaphore of two leases. */
export const acquire = ({ keeper }: Tab, kind: LockKind, path: string) =>
  keeper.evaluateHandle(
    (of, asked) => {
      const { Mutex, ReadWriteLock, Semaphore } = window.lab.recipes
      const locks = {
        mutex: () => new Mutex(of, asked.path),
        reader: () => new ReadWriteLock(of, asked.path).reader,
        writer: () => new ReadWriteLock(of, asked.path).writer,
        pair: () => new Semaphore(of, asked.path, 2),
      }
      return locks[asked.kind]().acquire()
    },
    { kind, path },
  )

/** Waits until so many stand in the line of znodes at `path`, those who hold included. */
export const waitForLine = ({ keeper }: Tab, path: string, length: number): Promise<void> =>
  expect
    .poll(() => keeper.evaluate(async (of, line) => (await of.exists(line))?.numChildren ?? 0, path))
    .toBe(length)

/** Who holds of those in the line of a read-write lock, in its order, as a quorum sees it. */
export const holdingIn = ({ keeper }: Tab, path: string): Promise<readonly boolean[]> =>
  keeper.evaluate(async (of, line) => {
    const all = await new window.lab.recipes.ReadWriteLock(of, line).reader.participants()
    return all.map(({ isHolding }) => isHolding)
  }, path)
