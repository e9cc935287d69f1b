/** The demo, served as its users serve it: by its own server, in a process of its own, with signaling beside it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, expect, type Page } from '@playwright/test'
import { expectBrowser } from './tab.ts'

export interface Demo {
  readonly url: string
  close(): Promise<void>
}

export const demoFolder = fileURLToPath(new URL('../../packages/demo', import.meta.url))

/** Starts the server, on a free port where none is said. Rejects when it ends before it told its address. */
export async function serveDemo(port = '0'): Promise<Demo> {
  const server = spawn(process.execPath, ['serve.mjs', '--port', port], {
    cwd: demoFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(server, 'exit')
  for await (const line of createInterface(server.stdout)) {
    const url = /https?:\/\/\S+/.exec(line)?.[0]
    if (url === undefined) continue
    return {
      url,
      async close() {
        server.kill()
        await ended
      },
    }
  }
  throw new Error('the demo was not served')
}

/** Opens the demo in a new tab of `context`, which is a profile of `browser`. */
export async function visit(context: BrowserContext, browser: string, address: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(address)
  expectBrowser(browser, await page.evaluate(() => navigator.userAgent))
  return page
}

/** Waits until the page says that it is connected, and to an ensemble with so many voters. */
export async function waitForDemo(page: Page, voters = 1): Promise<void> {
  await expect(page.getByTestId('state')).toHaveAttribute('data-state', 'connected')
  await page.waitForFunction(
    count => (window.peerkeeper?.status()?.membership.voters.length ?? 0) >= count,
    voters,
  )
}

/** As {@link visit}, and waits until it is connected. */
export async function enter(context: BrowserContext, browser: string, address: string): Promise<Page> {
  const page = await visit(context, browser, address)
  await waitForDemo(page)
  return page
}

/** Nothing of `page`, nor within the elements `inside`, is to be scrolled sideways, on a phone so many pixels wide. */
export async function expectToFit(page: Page, widths: readonly number[], inside = 'html'): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 740 })
    const overflow = () =>
      page.evaluate(
        selector =>
          [...document.querySelectorAll(`html, ${selector}`)].filter(
            ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
          ).length,
        inside,
      )
    await expect.poll(overflow, { message: `at ${width} pixels` }).toBe(0)
  }
}

/** What a page says of its replica. Rejects where it runs none. */
export async function demoStatus(page: Page): Promise<DemoStatus> {
  const status = await page.evaluate(() => window.peerkeeper?.status())
  if (!status) throw new Error('the page has no replica')
  return status
}

/** As the page shows ids. */
export const shortly = (node: string): string => node.slice(0, 6)

/** So many tabs, each with a replica, all of which vote. */
export async function visitTogether(
  context: BrowserContext,
  browser: string,
  address: string,
  count: number,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  for (let n = 0; n < count; n++) pages.push(await visit(context, browser, address))
  await Promise.all(pages.map(page => waitForDemo(page, count)))
  return pages
}

/** Clicks what is folded away under “Try to break it”. */
export async function breakBy(page: Page, button: 'freeze' | 'wipe' | 'fork'): Promise<void> {
  if (!(await page.getByTestId(button).isVisible())) await page.getByTestId('break').click()
  await page.getByTestId(button).click()
}

/** Says yes to what the page asks, at once: a click as by hand waits for frames, of which tabs in the background have few. */
export async function sayYes(page: Page): Promise<void> {
  await page.getByTestId('question-yes').dispatchEvent('click')
}

/** Creates a child of the root, as a visitor does. */
export async function createZnode(page: Page, name: string): Promise<void> {
  await page.getByTestId('znode:/').click()
  await page.getByTestId('child-name').fill(name)
  await page.getByTestId('create').click()
}

export interface DemoStatus {
  readonly node: string
  readonly ensemble: string
  readonly leader: string | null
  readonly connected: readonly string[]
  readonly membership: { readonly voters: readonly string[]; readonly observers: readonly string[] }
}

declare global {
  interface Window {
    /** What the demo exposes, as far as tests use it. */
    readonly peerkeeper?: {
      status(): DemoStatus | null
    }
  }
}
