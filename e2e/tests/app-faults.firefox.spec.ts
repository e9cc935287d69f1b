/** Tests of apps kill and freeze tabs of Firefox, by the helpers that they have for it. */

import { chmodSync, writeFileSync } from 'node:fs'
import { freezePage, killPage } from '@peerkeeper/core/testing/playwright'
import { type Browser, expect, firefox } from '@playwright/test'
import { launchOptions } from '../support/browsers.ts'
import { expectGoneWithoutAWord } from '../support/killed-tab.ts'
import { waitForData, waitForVoters } from '../support/tab.ts'
import { test } from '../support/test.ts'

/** A Firefox that outlives its tabs: docs/TESTING-APPS.md. */
async function launchLasting(script: string): Promise<Browser> {
  const options = launchOptions('firefox')
  const path = options.executablePath ?? firefox.executablePath()
  writeFileSync(script, `#!/bin/sh\nunset MOZ_CRASHREPORTER_SHUTDOWN\nexec '${path}' "$@"\n`)
  chmodSync(script, 0o755)
  return firefox.launch({ ...options, executablePath: script })
}

test('E2E-130 a tab of Firefox whose process is killed is gone without a word, and the others go on', async ({
  open,
}, testInfo) => {
  const browser = await launchLasting(testInfo.outputPath('firefox.sh'))
  try {
    const context = await browser.newContext()
    const tabs = [
      await open({ context, sessionTimeoutMs: 4_000 }),
      await open({ context }),
      await open({ context }),
    ] as const
    await expectGoneWithoutAWord(tabs)
  } finally {
    await browser.close()
  }
})

test('E2E-130 in a Firefox that would end with its tab nothing is killed, which is said', async ({
  page,
}) => {
  await expect(killPage(page)).rejects.toMatchObject({ name: 'TabFaultError', code: 'WholeBrowser' })
  expect(await page.evaluate('1 + 1')).toBe(2)
})

test('E2E-131 a tab of Firefox is frozen, without a window, too: the others go on without it, and it goes on where it stopped', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  const [a, b, c] = tabs
  await waitForVoters(tabs)
  const counted = await a.page.evaluateHandle(() => {
    const counts = { beats: 0 }
    setInterval(() => counts.beats++, 50)
    return counts
  })
  const frozen = await freezePage(a.page, b.page)
  const asked = counted.evaluate(({ beats }) => beats)
  await b.keeper.evaluate(keeper => keeper.create('/x', 'without a'))
  await waitForData([b, c], '/x', 'without a')
  const first = await Promise.race([asked, b.page.evaluate(() => 'b, asked later')])
  expect(first).toBe('b, asked later')
  await frozen.thaw()
  const before = await asked
  await expect.poll(() => counted.evaluate(({ beats }) => beats)).toBeGreaterThan(before)
  await waitForData([a], '/x', 'without a')
})
