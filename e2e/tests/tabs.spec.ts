/** Three tabs of one browser, over WebRTC with signaling over BroadcastChannel. */

import { expectSameState, read, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-1 three tabs become three voters and hold one tree', async ({ open }) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  expect(new Set(tabs.map(tab => tab.node)).size).toBe(3)

  const [a, b, c] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/x', 'of a'))
  await waitForData(tabs, '/x', 'of a')
  await b.keeper.evaluate(keeper => keeper.set('/x', 'of b'))
  expect(await read(c, '/x', 'linearizable')).toBe('of b')
  await c.keeper.evaluate(keeper => keeper.delete('/x'))
  await waitForData(tabs, '/x', 'NoNode')
  await expectSameState(tabs)
})
