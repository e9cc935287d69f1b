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

const folder = fileURLToPath(new URL('../../packages/demo', import.meta.url))

/** Starts the server on a free port. Rejects when it ends before it told its address. */
export async function serveDemo(): Promise<Demo> {
  const server = spawn(process.execPath, ['serve.mjs', '--port', '0'], {
    cwd: folder,
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

/** Creates a child of the root, as a visitor does. */
export async function createZnode(page: Page, name: string): Promise<void> {
  await page.getByTestId('znode:/').click()
  await page.getByTestId('child-name').fill(name)
  await page.getByTestId('create').click()
}

declare global {
  interface Window {
    /** What the demo exposes, as far as tests use it. */
    readonly peerkeeper?: {
      status(): { readonly node: string; readonly membership: { readonly voters: readonly string[] } } | null
    }
  }
}
