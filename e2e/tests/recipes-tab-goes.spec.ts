/** A tab is closed while it leads, holds, works, is here and is inside. */

import { waitForVoters } from '../support/tab.ts'
import { sessionTimeoutMs, survive } from '../support/tab-that-goes.ts'
import { test } from '../support/test.ts'

test('E2E-113 when a tab is closed the next leads and holds by a greater token, its item is done by others, it is here no more, and nobody waits for it', async ({
  open,
}) => {
  const tabs = [await open({ sessionTimeoutMs }), await open(), await open()] as const
  await waitForVoters(tabs)
  await survive(tabs, () => tabs[0].page.close())
})

test('E2E-114 so it is when the tab hosts the replica of all', async ({ open }) => {
  const replicas = 'per-device'
  const tabs = [
    await open({ replicas, sessionTimeoutMs }),
    await open({ replicas }),
    await open({ replicas }),
  ] as const
  await survive(tabs, () => tabs[0].page.close())
})
