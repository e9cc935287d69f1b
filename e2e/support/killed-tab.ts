/** What must hold where an app's test kills a tab. */
import { killPage } from '@peerkeeper/core/testing/playwright'
import { type Tab, waitForData, waitForVoters } from './tab.ts'

/** The first of `tabs`, whose session is short, is killed: its ephemeral goes, and the others go on. */
export async function expectGoneWithoutAWord(tabs: readonly [Tab, Tab, Tab]): Promise<void> {
  const [a, b, c] = tabs
  await waitForVoters(tabs)
  await a.keeper.evaluate(keeper => keeper.create('/of-a', 'here', { mode: 'ephemeral' }))
  await killPage(a.page)
  await waitForData([b, c], '/of-a', 'NoNode')
  await b.keeper.evaluate(keeper => keeper.create('/x', 'after'))
  await waitForData([b, c], '/x', 'after')
}
