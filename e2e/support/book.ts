/** Reads what tabs noted in a book (lab/recipes.ts), and says who was inside at the same time. */
import { expect } from '@playwright/test'
import type { Tab } from './tab.ts'

/** Makes the book, a znode. */
export const makeBook = async ({ keeper }: Tab, book: string): Promise<void> => {
  await keeper.evaluate((of, path) => of.create(path), book)
}

/** All entries, in the order of the tree, as a quorum sees it. */
export const readBook = ({ keeper }: Tab, book: string): Promise<readonly string[]> =>
  keeper.evaluate(async (of, path) => {
    await of.sync()
    const { children } = await of.children(path)
    const entries = await Promise.all([...children].sort().map(name => of.get(`${path}/${name}`)))
    return entries.map(({ data }) => new TextDecoder().decode(data))
  }, book)

/** Waits until the book has these entries, in any order. */
export const waitForEntries = (tab: Tab, book: string, entries: readonly string[]): Promise<void> =>
  expect
    .poll(async () => [...(await readBook(tab, book))].sort(), { timeout: 30_000 })
    .toEqual([...entries].sort())

/** Checks that one was in at a time, each `times` times, by tokens that grow: in the order in which they stood in line. */
export function expectInTurn(entries: readonly string[], names: readonly string[], times: number): void {
  const ins = entries.filter(entry => entry.startsWith('in '))
  const who = ins.map(entry => entry.split(' ')[1] ?? '')
  expect(entries, 'nobody in while another was').toEqual(
    ins.flatMap((entry, index) => [entry, `out ${who[index]}`]),
  )
  expect([...who].sort()).toEqual(names.flatMap(name => Array.from({ length: times }, () => name)))
  const tokens = ins.map(entry => Number(entry.split(' ')[2]))
  expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b))
}
