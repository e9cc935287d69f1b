/** Kills processes, as an operating system would that is short of memory: no event, no goodbye. */
import type { ChildProcess } from 'node:child_process'
import { type Browser, expect, type Page } from '@playwright/test'
import type { Tab } from './tab.ts'

/** How long a tab shows itself by keeping its process busy. */
const spinMs = 400

/**
 * Kills the process of `tab` and waits until the browser knows. Resolves with the time of the kill; rejects where one of
 * `others` died with it. Chromium only, where each tab has a process of its own.
 */
export async function killTab(browser: Browser, tab: Tab, others: readonly Tab[]): Promise<number> {
  const pid = await processOf(browser, tab.page)
  const dead: Page[] = []
  for (const { page } of [tab, ...others]) page.once('crash', () => dead.push(page))
  const at = Date.now()
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => dead.length).toBeGreaterThan(0)
  // Those that live answer.
  for (const { page } of others) expect(await page.evaluate(() => 1 + 1)).toBe(2)
  expect(dead.map(page => page === tab.page)).toEqual([true])
  return at
}

/** Stops the process of `tab`, as a browser does that freezes a page: nothing runs, every lock stays held. Returns what thaws it. */
export async function freezeTab(browser: Browser, { page }: Tab): Promise<() => void> {
  const pid = await processOf(browser, page)
  process.kill(pid, 'SIGSTOP')
  return () => process.kill(pid, 'SIGCONT')
}

/** Kills a whole browser and waits until Playwright knows. Resolves with the time of the kill. */
export async function killBrowser(browser: Browser, { pid }: ChildProcess): Promise<number> {
  if (pid === undefined) throw new Error('the browser never started')
  const at = Date.now()
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => browser.isConnected()).toBe(false)
  return at
}

/** The process that works when `page` does: the browser tells of processes, but not whose they are. */
async function processOf(browser: Browser, page: Page): Promise<number> {
  const before = await rendererTimes(browser)
  await page.evaluate(ms => {
    const end = performance.now() + ms
    while (performance.now() < end);
  }, spinMs)
  const worked = [...(await rendererTimes(browser))].map(([pid, time]) => ({
    pid,
    time: time - (before.get(pid) ?? 0),
  }))
  const [busiest] = worked.sort((a, b) => b.time - a.time)
  if (busiest === undefined) throw new Error('the browser tells of no renderer')
  return busiest.pid
}

/** Seconds that each renderer has worked so far, by process id. */
async function rendererTimes(browser: Browser): Promise<Map<number, number>> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  return new Map(renderers.map(({ id, cpuTime }) => [id, cpuTime]))
}
