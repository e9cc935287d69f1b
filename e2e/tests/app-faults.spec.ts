/** What tests of apps do to tabs, by the helpers that they have for it. */
import { cutOff, rejoin } from '@peerkeeper/core/testing/playwright'
import { type Tab, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const stateOf = ({ keeper }: Tab) => keeper.evaluate(({ state }) => state)

test('E2E-97 a tab that is cut off is suspended while the others go on, and follows when it rejoins', async ({
  open,
}) => {
  const tabs = [await open({ isFaulty: true }), await open(), await open()] as const
  const [a, b] = tabs
  await waitForVoters(tabs)
  await b.keeper.evaluate(keeper => keeper.create('/x', 'before'))
  await waitForData(tabs, '/x', 'before')
  await cutOff(a.page)
  await expect.poll(() => stateOf(a)).toBe('suspended')
  await b.keeper.evaluate(keeper => keeper.set('/x', 'meanwhile'))
  await waitForData([a], '/x', 'before')
  await rejoin(a.page)
  await waitForData(tabs, '/x', 'meanwhile')
  await expect.poll(() => stateOf(a)).toBe('connected')
  await expect(cutOff(b.page)).rejects.toThrow('no transport of this page is faulty')
})
