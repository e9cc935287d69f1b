/**
 * The tests' `test`, with tabs in a Chromium that has windows: hidden ones behind others, which may be frozen. Playwright's own
 * browser is not started.
 */
import { type BrowserContext, chromium } from '@playwright/test'
import { type Display, openDisplay, startHeaded } from '../../scripts/lib/headed.mjs'
import { launchOptions } from './browsers.ts'
import { displayProgram } from './display.ts'
import { test as base } from './test.ts'

export { expect } from '@playwright/test'

export const test = base.extend<object, { readonly display: Display }>({
  display: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from its pattern.
    async ({}, use) => {
      const display = await openDisplay(displayProgram)
      await use(display)
      await display.close()
    },
    { scope: 'worker' },
  ],
  context: async ({ display }, use) => {
    const { executablePath, args = [] } = launchOptions('chromium')
    const program = executablePath ?? chromium.executablePath()
    const browser = await startHeaded({ program, args, display })
    try {
      await use(await connect(browser.endpoint))
    } finally {
      await browser.close()
    }
  },
})

/** The profile of a browser that runs. Without its defaults Playwright leaves alone what is visible and what has the focus. */
async function connect(endpoint: string): Promise<BrowserContext> {
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true })
  const [context] = browser.contexts()
  if (context === undefined) throw new Error('the browser has no profile')
  return context
}
