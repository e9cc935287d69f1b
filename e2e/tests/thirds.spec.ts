/** Three tabs of which two have no link with each other. */
import {
  expectSameState,
  leaderAmong,
  read,
  statusOf,
  type Tab,
  waitForData,
  waitForVoters,
} from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-93 two voters without a link go on by a third, the leader among them; when the link may come it is used', async ({
  open,
}) => {
  const a = await open()
  const b = await open()
  const c = await open({ refuses: [a.node] })
  await waitForVoters([a, b, c])
  expect((await statusOf(c)).linked).toEqual([b.node])
  expect([...(await statusOf(c)).connected].sort()).toEqual([a.node, b.node].sort())
  const { leader } = await leaderAmong([a, b, c])
  console.log(`${leader === a || leader === c ? 'one of the two' : 'the third'} leads`)

  await a.keeper.evaluate(keeper => keeper.create('/from'))
  for (let round = 0; round < 20; round++)
    for (const [tab, name] of [[a, 'a'] as const, [c, 'c'] as const])
      await tab.keeper.evaluate((keeper, path) => keeper.create(path, path), `/from/${name}${round}`)
  await waitForData([a, b, c], '/from/c19', '/from/c19')
  expect(await read(c, '/from/a19', 'linearizable')).toBe('/from/a19')
  expect((await statusOf(b)).passed.passedOn).toBeGreaterThan(20)
  for (const tab of [a, b, c]) expect((await statusOf(tab)).missing).toEqual([])
  expect((await statusOf(a)).leader).toBe(leader.node)
  await expectSameState([a, b, c])

  await c.page.evaluate(() => window.lab.refusing?.permit())
  await expect.poll(async () => (await statusOf(c)).linked.length).toBe(2)
  await expect.poll(async () => (await statusOf(a)).linked.length).toBe(2)
  const before = await passedOf([a, b, c])
  await c.keeper.evaluate(keeper => keeper.set('/from', 'the link is there'))
  await waitForData([a, b, c], '/from', 'the link is there')
  expect(await passedOf([a, b, c])).toEqual(before)
})

const passedOf = (tabs: readonly Tab[]) =>
  Promise.all(tabs.map(async tab => (await statusOf(tab)).passed.passedOn))
