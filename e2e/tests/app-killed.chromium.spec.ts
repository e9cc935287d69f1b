/** Tests of apps kill a tab, by the helper that they have for it. */
import { expectGoneWithoutAWord } from '../support/killed-tab.ts'
import { test } from '../support/test.ts'

test('E2E-98 a tab whose process is killed is gone without a word, and the others go on', async ({
  open,
}) => {
  const tabs = [await open({ sessionTimeoutMs: 4_000 }), await open(), await open()] as const
  await expectGoneWithoutAWord(tabs)
})
