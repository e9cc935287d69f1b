/** A tab with a keeper in it, and the few questions that all tests ask it. */
import type { Keeper, ReplicaStatus } from '@peerkeeper/core'
import { type BrowserContext, expect, type JSHandle, type Page } from '@playwright/test'
import type { LabOptions } from '../lab/lab.ts'
import { type BrowserName, isAgentOf } from './browsers.ts'

export interface TabOptions extends LabOptions {
  readonly context: BrowserContext
  /** What `context` is a profile of: checked against what the page sees. */
  readonly browser: BrowserName
  readonly url: string
  readonly onError?: (error: string) => void
}

export interface Tab {
  readonly page: Page
  /** For `tab.keeper.evaluate(keeper => ...)`. */
  readonly keeper: JSHandle<Keeper>
  readonly node: string
  readonly ensemble: string
  readonly session: number
}

/** Opens a tab and its keeper. */
export async function openTab(options: TabOptions): Promise<Tab> {
  const page = await openLab(options)
  return openKeeper(page, options)
}

/** Opens a tab with the lab in it, and no keeper yet. */
export async function openLab({ context, browser, url, onError }: TabOptions): Promise<Page> {
  const page = await context.newPage()
  if (onError) page.on('pageerror', error => onError(`${error.name}: ${error.message}`))
  await page.goto(url)
  await page.waitForFunction(() => 'lab' in window)
  expectBrowser(browser, await page.evaluate(() => navigator.userAgent))
  return page
}

/** Checks that a page is in the browser that the test is about. */
export function expectBrowser(browser: string, agent: string): void {
  const isBrowser = (browser === 'chromium' || browser === 'firefox') && isAgentOf(browser, agent)
  expect(isBrowser, `${agent} is ${browser}`).toBe(true)
}

/** Opens the keeper of a page that has the lab in it. */
export async function openKeeper(page: Page, options: LabOptions): Promise<Tab> {
  const {
    room,
    signaling,
    ensemble,
    abandon,
    arbiter,
    replicas,
    channels,
    broadcast,
    refuses,
    isFaulty,
    iceServers,
    iceTransportPolicy,
    sessionTimeoutMs,
    timeoutMs,
  } = options
  const asked = {
    room,
    ...(signaling === undefined ? {} : { signaling }),
    ...(ensemble === undefined ? {} : { ensemble }),
    ...(abandon === undefined ? {} : { abandon }),
    ...(arbiter === undefined ? {} : { arbiter }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(channels === undefined ? {} : { channels }),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(refuses === undefined ? {} : { refuses }),
    ...(isFaulty === undefined ? {} : { isFaulty }),
    ...(iceServers === undefined ? {} : { iceServers }),
    ...(iceTransportPolicy === undefined ? {} : { iceTransportPolicy }),
    ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
  const keeper = await page.evaluateHandle(each => window.lab.open(each), asked)
  const {
    node,
    ensemble: joined,
    session,
  } = await keeper.evaluate(({ node, ensemble, session }) => ({
    node,
    ensemble,
    session,
  }))
  return { page, keeper, node, ensemble: joined, session }
}

/** The replica's status; throws where it has stopped. */
export async function statusOf(tab: Tab): Promise<ReplicaStatus> {
  const status = await tab.keeper.evaluate(keeper => keeper.status())
  if (status === null) throw new Error(`the replica of ${tab.node} has stopped`)
  return status
}

/** Waits until all `tabs`, and nobody else, vote, and each knows it and the same leader. */
export async function waitForVoters(tabs: readonly Tab[]): Promise<void> {
  const nodes = tabs.map(tab => tab.node).sort()
  await expect
    .poll(async () => {
      const all = await Promise.all(tabs.map(statusOf))
      const agreed = all.every(({ leader }) => leader !== null && leader === all[0]?.leader)
      return { agreed, voters: all.map(({ membership }) => [...membership.voters].sort()) }
    })
    .toEqual({ agreed: true, voters: tabs.map(() => nodes) })
}

/** Splits `tabs` into the leader and the others; all know who leads. */
export async function leaderAmong(tabs: readonly Tab[]): Promise<{ leader: Tab; others: readonly Tab[] }> {
  const [first] = tabs
  if (first === undefined) throw new Error('there are no tabs')
  const { leader: node } = await statusOf(first)
  const leader = tabs.find(tab => tab.node === node)
  if (leader === undefined) throw new Error(`${node} leads, and is none of the tabs`)
  return { leader, others: tabs.filter(tab => tab !== leader) }
}

/** The znode's data as text, or the code of the error. */
export const read = (
  tab: Tab,
  path: string,
  consistency: 'sequential' | 'linearizable' = 'sequential',
): Promise<string> =>
  tab.keeper.evaluate(
    (keeper, asked) =>
      keeper.get(asked.path, { consistency: asked.consistency }).then(
        ({ data }) => new TextDecoder().decode(data),
        error => error.code,
      ),
    { path, consistency },
  )

/** Waits until the znode has this data (or this error) at every tab, as each tab's own replica sees it. */
export const waitForData = (tabs: readonly Tab[], path: string, data: string): Promise<void> =>
  expect
    .poll(() => Promise.all(tabs.map(tab => read(tab, path))), { message: `${path} everywhere` })
    .toEqual(tabs.map(() => data))

/** Waits until all tabs have applied the same slots, and checks that they came to the same state. */
export async function expectSameState(tabs: readonly Tab[]): Promise<void> {
  await Promise.all(tabs.map(tab => tab.keeper.evaluate(keeper => keeper.sync())))
  const views = async () =>
    (await Promise.all(tabs.map(statusOf))).map(({ appliedThrough, digest }) => ({ appliedThrough, digest }))
  let all = await views()
  // One look says both: between two the log may go on, by a member that is taken out.
  await expect
    .poll(async () => {
      all = await views()
      return new Set(all.map(view => view.appliedThrough)).size
    })
    .toBe(1)
  expect(all).toEqual(all.map(() => all[0]))
}
