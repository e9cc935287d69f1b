/** The browser freezes the leader's tab: it stops where it stands, holds all that it holds, and wakes up in another world. */
import { freeze } from '../support/freezing.ts'
import { expect, test } from '../support/headed-test.ts'
import { keepWriting } from '../support/keep-writing.ts'
import { askAll } from '../support/questions.ts'
import {
  expectSameState,
  leaderAmong,
  openKeeper,
  read,
  statusOf,
  type Tab,
  waitForData,
  waitForVoters,
} from '../support/tab.ts'

test('E2E-51 a leader that is frozen is followed by another; thawed it answers as of now, and follows', async ({
  open,
}) => {
  const tabs = [await open({ sessionTimeoutMs: 40_000 }), await open(), await open()] as const
  const [a, b, c] = tabs
  const { thaw, writing } = await freezeLeader(tabs)

  await b.keeper.evaluate(keeper => keeper.set('/x', 'after'))
  const asked = await askAll(a, '/x', '/y')
  await thaw()
  const { local, linearizable, write } = await asked()
  expect(['before', 'after'], 'a local read may be of an earlier state').toContain(local)
  expect(linearizable).toBe('after')
  expect(write, 'carried out once').toBe('version 1')
  await waitForData(tabs, '/y', 'asked while frozen')
  await expect.poll(() => a.keeper.evaluate(keeper => keeper.state)).toBe('connected')
  expect(await a.keeper.evaluate(keeper => keeper.session)).toBe(a.session)

  const { count } = await writing.stop()
  await expectFollows(tabs)
  expect(await childrenOf(a, '/w')).toBe(count)
  await waitForData([a, b, c], '/of-a', 'here')
})

test('E2E-52 a leader that was frozen for longer than its session lives is told so, and comes back with a new one', async ({
  open,
  room,
}) => {
  const tabs = [await open({ sessionTimeoutMs: 4_000 }), await open(), await open()] as const
  const [a, b, c] = tabs
  const { thaw, writing } = await freezeLeader(tabs)

  await b.keeper.evaluate(keeper => keeper.set('/x', 'after'))
  await waitForData([b, c], '/of-a', 'NoNode')
  const asked = await askAll(a, '/x', '/y')
  await thaw()
  const { local, linearizable, write } = await asked()
  expect(['before', 'after', 'SessionExpired']).toContain(local)
  expect(['after', 'SessionExpired']).toContain(linearizable)
  expect(write).toBe('SessionExpired')
  await expect.poll(() => a.keeper.evaluate(keeper => keeper.state)).toBe('expired')
  expect(await read(b, '/y', 'linearizable'), 'what was refused was not carried out').toBe('before')

  const { count } = await writing.stop()
  await a.keeper.evaluate(keeper => keeper.close())
  const again = await openKeeper(a.page, { room })
  expect(again.node).toBe(a.node)
  expect(again.session).not.toBe(a.session)
  await expectFollows([again, b, c])
  expect(await childrenOf(again, '/w')).toBe(count)
})

/** Freezes the first of `tabs`, which leads, while the second writes, and sees that the others go on under another leader. */
async function freezeLeader(tabs: readonly [Tab, Tab, Tab]) {
  const [a, b, c] = tabs
  await waitForVoters(tabs)
  expect((await leaderAmong(tabs)).leader).toBe(a)
  const { ballot } = await statusOf(b)
  await a.keeper.evaluate(async keeper => {
    await keeper.create('/x', 'before')
    await keeper.create('/y', 'before')
    await keeper.create('/of-a', 'here', { mode: 'ephemeral' })
  })
  const writing = await keepWriting(b, '/w')
  await writing.more(20)
  const { thaw } = await freeze(a, c.page)
  await writing.more(50)
  const after = await statusOf(c)
  expect(after.leader).not.toBe(a.node)
  expect(after.ballot.counter).toBeGreaterThan(ballot.counter)
  return { thaw, writing }
}

/** All vote, under a leader that is not the first, and have the same state. */
async function expectFollows(tabs: readonly [Tab, Tab, Tab]): Promise<void> {
  await waitForVoters(tabs)
  const { leader } = await leaderAmong(tabs)
  expect(leader).not.toBe(tabs[0])
  await expectSameState(tabs)
}

const childrenOf = ({ keeper }: Tab, path: string): Promise<number> =>
  keeper.evaluate(async (each, of) => (await each.children(of)).children.length, path)
