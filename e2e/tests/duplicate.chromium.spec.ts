/** The browser's own Duplicate, which copies a tab with its session storage. Only an extension may ask for it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { launchOptions } from '../support/browsers.ts'
import { hostAmong } from '../support/host.ts'
import { expectSameState, openKeeper, type Tab, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const extension = fileURLToPath(new URL('../support/duplicate', import.meta.url))

/** A profile in which tabs may be duplicated. */
async function profile() {
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
  return {
    context,
    /** Duplicates the tab in front, which is `tab`, and resolves with the copy. */
    duplicate: async ({ page }: Tab): Promise<Page> => {
      await page.evaluate(() => sessionStorage.setItem('mark', 'of the original'))
      const [copy] = await Promise.all([
        context.waitForEvent('page'),
        worker.evaluate('chrome.tabs.query({ active: true }).then(([tab]) => chrome.tabs.duplicate(tab.id))'),
      ])
      await copy.waitForFunction(() => 'lab' in window)
      const mark = await copy.evaluate(() => sessionStorage.getItem('mark'))
      expect(mark, 'it is a copy').toBe('of the original')
      return copy
    },
    close: async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

test('E2E-32 a tab that the browser duplicated is another replica, and the original goes on', async ({
  open,
  room,
}) => {
  const { context, duplicate, close } = await profile()
  const a = await open({ context })
  const b = await openKeeper(await duplicate(a), { room })
  const c = await open({ context })
  expect(new Set([a.node, b.node, c.node]).size).toBe(3)
  await waitForVoters([a, b, c])
  await a.keeper.evaluate(keeper => keeper.create('/x', 'of a'))
  await waitForData([a, b, c], '/x', 'of a')
  await expectSameState([a, b, c])
  await close()
})

test("E2E-62 a copy of the tab that hosts the profile's replica has a seat there and a session of its own", async ({
  open,
  room,
}) => {
  const replicas = 'per-device'
  const { context, duplicate, close } = await profile()
  const a = await open({ context, replicas })
  await a.keeper.evaluate(keeper => keeper.create('/of-a', 'here', { mode: 'ephemeral' }))
  const b = await openKeeper(await duplicate(a), { room, replicas })
  expect(b.node).toBe(a.node)
  expect(b.session).not.toBe(a.session)
  expect(await hostAmong([a, b])).toBe(a)
  await b.keeper.evaluate(keeper => keeper.create('/of-b', 'here', { mode: 'ephemeral' }))
  await waitForData([a, b], '/of-b', 'here')
  // The copy of a seat is another seat, and what the first copy ends with is its own.
  const c = await openKeeper(await duplicate(b), { room, replicas })
  expect(new Set([a.session, b.session, c.session]).size).toBe(3)
  await b.keeper.evaluate(keeper => keeper.close())
  await waitForData([a, c], '/of-b', 'NoNode')
  await waitForData([a, c], '/of-a', 'here')
  await c.keeper.evaluate(keeper => keeper.create('/x', 'of c'))
  await waitForData([a, c], '/x', 'of c')
  await close()
})
