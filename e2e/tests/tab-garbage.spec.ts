/** Another tab of the profile that posts garbage where tabs find each other, and where they exchange frames. */
import { postGarbage } from '../support/clonables.ts'
import { expectSameState, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { treeOf } from '../support/tree.ts'

test('E2E-134 10,000 values of every kind that a tab can post, on each channel of the tabs, change nothing and stop nobody', async ({
  open,
  openPage,
  room,
}) => {
  const channels = [`peerkeeper:${room}`, `peerkeeper:signaling:${room}`]
  const page = await openPage()
  await page.evaluate(names => {
    const heard = new Set<string>()
    for (const name of names) new BroadcastChannel(name).onmessage = () => heard.add(name)
    Object.assign(window, { heard })
  }, channels)
  const broadcast = true
  const tabs = [await open({ broadcast }), await open({ broadcast }), await open({ broadcast })] as const
  await waitForVoters(tabs)
  const heard = () => page.evaluate(() => [...(window as never as { heard: Set<string> }).heard].sort())
  // These are the channels that the tabs use.
  await expect.poll(heard).toEqual(channels)
  const [a, b] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/before', 'here'))
  await expectSameState(tabs)
  const before = await treeOf(a)
  expect(await postGarbage(page, channels, 10_000)).toBeGreaterThan(20)
  expect(await treeOf(a)).toEqual(before)
  await b.keeper.evaluate(keeper => keeper.create('/after', 'here'))
  await waitForData([...tabs], '/after', 'here')
  const late = await open({ broadcast })
  await waitForData([late], '/after', 'here')
  await expectSameState([...tabs, late])
})
