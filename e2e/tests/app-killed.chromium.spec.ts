/** Tests of apps kill a tab, by the helper that they have for it. */
import { killPage } from '@peerkeeper/core/testing/playwright'
import { waitForData, waitForVoters } from '../support/tab.ts'
import { test } from '../support/test.ts'

test('E2E-98 a tab whose process is killed is gone without a word, and the others go on', async ({
  open,
}) => {
  const tabs = [await open({ sessionTimeoutMs: 4_000 }), await open(), await open()] as const
  const [a, b, c] = tabs
  await waitForVoters(tabs)
  await a.keeper.evaluate(keeper => keeper.create('/of-a', 'here', { mode: 'ephemeral' }))
  await killPage(a.page)
  await waitForData([b, c], '/of-a', 'NoNode')
  await b.keeper.evaluate(keeper => keeper.create('/x', 'after'))
  await waitForData([b, c], '/x', 'after')
})
