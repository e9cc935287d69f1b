/** What only a person or the browser does to a site's storage, while a replica runs on it. */
import type { Keeper } from '@peerkeeper/core'
import type { SignalingServer } from '@peerkeeper/webrtc/server'
import type { Browser, CDPSession, Page } from '@playwright/test'
import {
  expectSameState,
  openKeeper,
  type Tab,
  type TabOptions,
  waitForData,
  waitForVoters,
} from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

interface Parts {
  readonly open: (options?: Partial<TabOptions>) => Promise<Tab>
  readonly openPage: (options?: Partial<TabOptions>) => Promise<Page>
  readonly browser: Browser
  readonly room: string
  readonly signaling: SignalingServer
}

/** What a profile is given where that is little, and more than half of it. */
const quotaBytes = 2_000_000
const znodeBytes = 500_000

/** Three profiles with a replica in each, which vote, and the debugger of the last one's page, which does `first` before. */
async function threeProfiles(
  { open, openPage, browser, room, signaling: { url } }: Parts,
  first: (session: CDPSession, origin: string) => Promise<unknown> = async () => undefined,
) {
  const signaling = url
  const contexts = [await browser.newContext(), await browser.newContext()] as const
  const a = await open({ signaling })
  const joining = { room, signaling, ensemble: a.ensemble }
  const b = await open({ ...joining, context: contexts[0] })
  const page = await openPage({ context: contexts[1] })
  const session = await contexts[1].newCDPSession(page)
  const { origin } = new URL(page.url())
  await first(session, origin)
  const c = await openKeeper(page, joining)
  await waitForVoters([a, b, c])
  await a.keeper.evaluate(keeper => keeper.create('/x', 'kept'))
  await expectSameState([a, b, c])
  const close = () => Promise.all(contexts.map(context => context.close()))
  return { a, b, c, joining, session, origin, close }
}

/** Creates znodes with `bytes` bytes that cannot be compressed in each, as databases do. */
async function writeNoise(keeper: Keeper, { count, bytes }: { count: number; bytes: number }): Promise<void> {
  const atOnce = 65_536
  const data = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += atOnce) crypto.getRandomValues(data.subarray(at, at + atOnce))
  for (let index = 0; index < count; index++) await keeper.create(`/noise-${index}`, data)
}

/** What the tab's calls say from now on, all of them. */
const refusals = ({ keeper }: Tab) =>
  keeper.evaluate(async each => {
    const calls = [
      each.set('/x', 'lost'),
      each.get('/x'),
      each.get('/x', { consistency: 'linearizable' }),
      each.sync(),
    ].map((call: Promise<unknown>) => call.then(() => 'answered', window.lab.explain))
    return { said: await Promise.all(calls), state: each.state, status: await each.status() }
  })

test('E2E-56 when the data of a site is cleared its replica stops and says so; opened again it is a new member, which votes', async ({
  open,
  openPage,
  browser,
  room,
  signaling,
}) => {
  const parts = { open, openPage, browser, room, signaling }
  const { a, b, c, joining, session, origin, close } = await threeProfiles(parts)
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
  await expect.poll(() => c.keeper.evaluate(keeper => keeper.state)).toBe('closed')
  const { said, state, status } = await refusals(c)
  for (const each of said) expect(each).toMatch(/^ReplicaStopped: Storage/)
  expect({ state, status }).toEqual({ state: 'closed', status: null })

  await b.keeper.evaluate(keeper => keeper.create('/after', 'written by two'))
  await waitForData([a, b], '/after', 'written by two')
  await c.page.reload()
  await c.page.waitForFunction(() => 'lab' in window)
  const again = await openKeeper(c.page, joining)
  expect(again.node).not.toBe(c.node)
  await waitForData([again], '/after', 'written by two')
  await waitForVoters([a, b, again])
  await again.keeper.evaluate(keeper => keeper.set('/x', 'of the new one'))
  await expectSameState([a, b, again])
  await close()
})

test('E2E-57 when the quota is used up the replica stops and its app hears StorageQuotaExceeded; with room again it goes on', async ({
  open,
  openPage,
  browser,
  room,
  signaling,
}) => {
  const parts = { open, openPage, browser, room, signaling }
  const { a, b, c, joining, session, origin, close } = await threeProfiles(parts, (debugger_, of) =>
    debugger_.send('Storage.overrideQuotaForOrigin', { origin: of, quotaSize: quotaBytes }),
  )
  await a.keeper.evaluate(writeNoise, { count: (2 * quotaBytes) / znodeBytes, bytes: znodeBytes })
  await expect.poll(() => c.keeper.evaluate(keeper => keeper.state)).toBe('closed')
  const { said, state, status } = await refusals(c)
  for (const each of said) expect(each).toMatch(/^ReplicaStopped: StorageQuotaExceeded/)
  expect({ state, status }).toEqual({ state: 'closed', status: null })

  await b.keeper.evaluate(keeper => keeper.create('/after', 'written by two'))
  await waitForData([a, b], '/after', 'written by two')
  await session.send('Storage.overrideQuotaForOrigin', { origin })
  const again = await openKeeper(c.page, joining)
  expect(again.node).toBe(c.node)
  await waitForData([again], '/after', 'written by two')
  await waitForVoters([a, b, again])
  await expectSameState([a, b, again])
  await close()
})
