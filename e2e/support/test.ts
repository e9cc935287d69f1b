/**
 * Playwright's `test` with what all specs share: the lab's site, a signaling server, a room of its own for each test, and
 * a check that no page threw an error that nobody caught.
 */

import { type SignalingServer, startSignalingServer } from '@peerkeeper/webrtc/server'
import { test as base, type Page } from '@playwright/test'
import { labFolder, type Site, serveFolder } from './site.ts'
import { openLab, openTab, type Tab, type TabOptions } from './tab.ts'

export { expect } from '@playwright/test'

export interface TestFixtures {
  /** A room that no other test uses. */
  readonly room: string
  /** Opens a tab in `context` (default: the test's own profile) and its keeper in `room`. */
  readonly open: (options?: Partial<TabOptions>) => Promise<Tab>
  /** Opens a tab in the same way, with the lab in it and no keeper yet. */
  readonly openPage: (options?: Partial<TabOptions>) => Promise<Page>
  /** What the two above take where they are not told otherwise. */
  readonly defaults: TabOptions
}

export interface WorkerFixtures {
  readonly site: Site
  readonly signaling: SignalingServer
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from its pattern.
    async ({}, use) => {
      const site = await serveFolder(labFolder)
      await use(site)
      await site.close()
    },
    { scope: 'worker' },
  ],
  signaling: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      // All tests of a worker come from one address.
      const server = await startSignalingServer({ limits: { foundingsBurstMax: 10_000 } })
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  room: async ({}, use, { testId }) => use(`room-${testId}`),
  defaults: async ({ site, room, context, browserName }, use) => {
    const errors: string[] = []
    const browser = browserName === 'firefox' ? 'firefox' : 'chromium'
    await use({ context, browser, url: site.url, room, onError: error => errors.push(error) })
    base.expect(errors, 'errors that no page caught').toEqual([])
  },
  open: async ({ defaults }, use) => use(options => openTab({ ...defaults, ...options })),
  openPage: async ({ defaults }, use) => use(options => openLab({ ...defaults, ...options })),
})
