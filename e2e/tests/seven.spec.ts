/** Seven tabs, each a replica, that go one after another until one is left. */
import { membersBecome } from '../support/members.ts'
import { expectSameState, leaderAmong, read, type Tab, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { treeOf } from '../support/tree.ts'

test('E2E-54 of seven tabs five vote; they are closed one by one, the leader each other time, and the last one has everything', async ({
  open,
}) => {
  test.setTimeout(120_000)
  const close = (tab: Tab) => tab.keeper.evaluate(keeper => keeper.close())
  await shrink(await openSeven(open), close, ({ leader }) => leader)
})

test('E2E-55 of seven tabs six end one by one without a goodbye, the leader each other time, and the last one has everything', async ({
  open,
}) => {
  test.setTimeout(120_000)
  const vanish = (tab: Tab) => tab.page.close()
  // Of two one votes. Where it vanishes nobody may decide that it is gone for good; that is what `fork` is for.
  await shrink(await openSeven(open), vanish, ({ others, leader }) => others.at(-1) ?? leader)
})

/**
 * How many vote when so many tabs are left. Of five voters one that is gone stays counted where nobody can take its place: the
 * other four survive one failure more, and three would not survive more than that.
 */
const votersOf: Readonly<Record<number, number>> = { 7: 5, 6: 5, 5: 5, 4: 5, 3: 3, 2: 1, 1: 1 }

const becomeSettled = (tabs: readonly Tab[]): Promise<void> =>
  membersBecome(tabs, { voters: votersOf[tabs.length] ?? 0, gone: tabs.length === 4 ? 1 : 0 })

async function openSeven(open: () => Promise<Tab>): Promise<readonly Tab[]> {
  const tabs = [await open()]
  tabs.push(...(await Promise.all(Array.from({ length: 6 }, () => open()))))
  await becomeSettled(tabs)
  return tabs
}

type Choose = (tabs: { readonly leader: Tab; readonly others: readonly Tab[] }) => Tab

/**
 * Ends tab after tab by `end`, every other time the leader, of the last two the one that `lastButOne` says. After each a
 * write by another goes through, is read by all, and as many vote as should.
 */
async function shrink(
  all: readonly Tab[],
  end: (tab: Tab) => Promise<void>,
  lastButOne: Choose,
): Promise<void> {
  let tabs = all
  for (let round = 0; tabs.length > 1; round++) {
    const among = await leaderAmong(tabs)
    const each = round % 2 === 0 ? among.leader : (among.others.at(-1) ?? among.leader)
    const gone = tabs.length === 2 ? lastButOne(among) : each
    tabs = tabs.filter(tab => tab !== gone)
    await end(gone)
    const [writer] = tabs
    await writer?.keeper.evaluate((keeper, path) => keeper.create(path, 'written'), `/after-${round}`)
    await waitForData(tabs, `/after-${round}`, 'written')
    await becomeSettled(tabs)
  }
  const [last] = tabs
  if (last === undefined) throw new Error('nobody is left')
  await last.keeper.evaluate(keeper => keeper.create('/alone'))
  expect(await read(last, '/alone', 'linearizable')).toBe('')
  await expectSameState([last])
  const expected = ['/ v0 ', ...[0, 1, 2, 3, 4, 5].map(round => `/after-${round} v0 written`), '/alone v0 ']
  expect((await treeOf(last)).toSorted()).toEqual(expected.toSorted())
}
