/** The same, when the tab's process is killed by the operating system: no event, no goodbye. */
import { killTab } from '../support/processes.ts'
import { waitForVoters } from '../support/tab.ts'
import { sessionTimeoutMs, survive } from '../support/tab-that-goes.ts'
import { test } from '../support/test.ts'

for (const replicas of ['per-tab', 'per-device'] as const)
  test(`E2E-115 so it is when the tab's process is killed (${replicas})`, async ({ open, browser }) => {
    const tabs = [
      await open({ replicas, sessionTimeoutMs }),
      await open({ replicas }),
      await open({ replicas }),
    ] as const
    if (replicas === 'per-tab') await waitForVoters(tabs)
    await survive(tabs, () => killTab(browser, tabs[0], [tabs[1], tabs[2]]))
  })
