/** The browser's own Duplicate, which copies a tab with its session storage. Only an extension may ask for it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { launchOptions } from '../support/browsers.ts'
import { expectSameState, openKeeper, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const extension = fileURLToPath(new URL('../support/duplicate', import.meta.url))

test('E2E-32 a tab that the browser duplicated is another replica, and the original goes on', async ({
  open,
  room,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'peerkeeper-duplicate-'))
  const options = launchOptions('chromium')
  const context = await chromium.launchPersistentContext(folder, {
    ...options,
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      ...(options.args ?? []),
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  })
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
  const a = await open({ context })
  await a.page.evaluate(() => sessionStorage.setItem('mark', 'of a'))
  const [copy] = await Promise.all([
    context.waitForEvent('page'),
    worker.evaluate('chrome.tabs.query({ active: true }).then(([tab]) => chrome.tabs.duplicate(tab.id))'),
  ])
  await copy.waitForFunction(() => 'lab' in window)
  expect(await copy.evaluate(() => sessionStorage.getItem('mark')), 'it is a copy').toBe('of a')
  const b = await openKeeper(copy, { room })
  const c = await open({ context })
  expect(new Set([a.node, b.node, c.node]).size).toBe(3)
  await waitForVoters([a, b, c])
  await a.keeper.evaluate(keeper => keeper.create('/x', 'of a'))
  await waitForData([a, b, c], '/x', 'of a')
  await expectSameState([a, b, c])
  await context.close()
  await rm(folder, { recursive: true, force: true })
})
