/**
 * Playwright's `test` for several hosts: one network and one browser a host for all tests of a run, a signaling server on a
 * host of its own, a room and profiles of its own for each test, after which everything is mended.
 */
import { fileURLToPath } from 'node:url'
import { type BrowserContext, test as base, type Page } from '@playwright/test'
import type { BrowserName } from '../../support/browsers.ts'
import { openLab, openTab, type Tab, type TabOptions } from '../../support/tab.ts'
import { start } from './commands.ts'
import { createHostBrowsers, type HostBrowsers, pageUrl } from './host-browsers.ts'
import { createNetwork, type Network } from './network.ts'
import { startTurnServer, type TurnServer } from './turn.ts'

export { expect } from '@playwright/test'

const signalingProgram = fileURLToPath(
  new URL('../../../packages/webrtc/dist/server/bin.js', import.meta.url),
)
const signalingPort = 4_700

/** What Firefox reports like an error of the page's, where a network does what these tests make it do. */
const ofTheNetwork = /^(WebRTC: ICE failed|: The connection to ws:)/
/** Of the dice that lose and delay packets, where they are ours. */
const seed = 20

export interface HostTabOptions extends Partial<TabOptions> {
  /** Chromium where nothing is said. */
  readonly browser?: BrowserName
  readonly hidesAddresses?: boolean
}

export interface NetFixtures {
  readonly room: string
  /** Opens a tab in a new profile on `host`, and its keeper in the test's room. */
  readonly openOn: (host: string, options?: HostTabOptions) => Promise<Tab>
  /** Opens a tab in the same way, with the lab in it and no keeper yet. */
  readonly openPageOn: (host: string, options?: HostTabOptions) => Promise<Page>
  /** What the two above share: how a tab on `host` is opened. */
  readonly tabOn: (host: string, options?: HostTabOptions) => Promise<TabOptions>
}

export interface NetWorkerFixtures {
  readonly network: Network
  readonly browsers: HostBrowsers
  /** The address of the signaling server. */
  readonly signaling: string
  readonly turn: TurnServer
}

export const test = base.extend<NetFixtures, NetWorkerFixtures>({
  network: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from its pattern.
    async ({}, use) => {
      const network = await createNetwork(process.env['NET_ID'] ?? String(process.pid), hosts, seed)
      console.log(
        `Lines between hosts are made by ${network.carrier === 'netem' ? 'netem' : 'a wire of the tests'}.`,
      )
      await use(network)
      await network.close()
    },
    { scope: 'worker' },
  ],
  browsers: [
    async ({ network }, use) => {
      const browsers = await createHostBrowsers(network)
      await use(browsers)
      await browsers.close()
    },
    { scope: 'worker' },
  ],
  signaling: [
    async ({ network }, use) => {
      const args = [signalingProgram, '--host', '0.0.0.0', '--port', String(signalingPort)]
      const server = await start(network.namespaceOf('server'), process.execPath, args, /^Signaling on/)
      await use(`ws://${network.addressOf('server')}:${signalingPort}`)
      await server.stop()
    },
    { scope: 'worker' },
  ],
  turn: [
    async ({ network }, use) => {
      const turn = await startTurnServer(network, 'server')
      await use(turn)
      await turn.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  room: async ({}, use, { testId }) => use(`room-${testId}`),
  openOn: async ({ tabOn }, use) => use(async (...asked) => openTab(await tabOn(...asked))),
  openPageOn: async ({ tabOn }, use) => use(async (...asked) => openLab(await tabOn(...asked))),
  tabOn: async ({ network, browsers, signaling, room }, use) => {
    const contexts: BrowserContext[] = []
    const errors: string[] = []
    await use(async (host, { browser = 'chromium', hidesAddresses, ...options } = {}) => {
      const context = await (await browsers.on(host, browser, hidesAddresses)).newContext()
      contexts.push(context)
      const onError = (error: string) => {
        if (!ofTheNetwork.test(error)) errors.push(error)
      }
      return { context, browser, url: pageUrl, room, signaling, arbiter: true, onError, ...options }
    })
    await network.mend()
    for (const context of contexts) await context.close()
    base.expect(errors, 'errors that no page caught').toEqual([])
  },
})

/** The signaling server's, and one for each browser. */
export const hosts = ['server', 'a', 'b', 'c'] as const
