/**
 * Playwright's `test` with what all specs share: the lab's site, a signaling server, a room of its own for each test, and
 * a check that no page threw an error that nobody caught.
 */

import { type SignalingServer, startSignalingServer } from '@peerkeeper/webrtc/server'
import { test as base } from '@playwright/test'
import { labFolder, type Site, serveFolder } from './site.ts'
import { openTab, type Tab, type TabOptions } from './tab.ts'

export { expect } from '@playwright/test'

interface TestFixtures {
  /** A room that no other test uses. */
  readonly room: string
  /** Opens a tab in `context` (default: the test's own profile) and its keeper in `room`. */
  readonly open: (options?: Partial<TabOptions>) => Promise<Tab>
}

interface WorkerFixtures {
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
      const server = await startSignalingServer()
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  room: async ({}, use, { testId }) => use(`room-${testId}`),
  open: async ({ site, room, context, browserName }, use) => {
    const errors: string[] = []
    await use(options =>
      openTab({
        context,
        browser: browserName === 'firefox' ? 'firefox' : 'chromium',
        url: site.url,
        room,
        onError: error => errors.push(error),
        ...options,
      }),
    )
    base.expect(errors, 'errors that no page caught').toEqual([])
  },
})
