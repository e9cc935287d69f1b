/** The examples, as they are built, in tabs that share a profile. */
import { fileURLToPath } from 'node:url'
import { type BrowserContext, expect, type Page } from '@playwright/test'
import { expectBrowser } from './tab.ts'

export const examplesFolder = fileURLToPath(new URL('../../examples/dist', import.meta.url))

/** Opens an example in a new tab and waits until its keeper is open. */
export async function visit(context: BrowserContext, browser: string, address: string): Promise<Page> {
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  await page.goto(address)
  expectBrowser(browser, await page.evaluate(() => navigator.userAgent))
  await expect(page.locator('body.open'), errors.join('; ')).toBeAttached({ timeout: 30_000 })
  return page
}
