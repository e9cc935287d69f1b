/** The tests' `test`, with tabs in a Chromium that has windows. Playwright's own browser is not started. */
import { type Display, openDisplay } from './display.ts'
import { startHeaded } from './headed.ts'
import { test as base } from './test.ts'

export { expect } from '@playwright/test'

export const test = base.extend<object, { readonly display: Display }>({
  display: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from its pattern.
    async ({}, use) => {
      const display = await openDisplay()
      await use(display)
      await display.close()
    },
    { scope: 'worker' },
  ],
  context: async ({ display }, use) => {
    const browser = await startHeaded(display)
    await use(browser.context)
    await browser.close()
  },
})
