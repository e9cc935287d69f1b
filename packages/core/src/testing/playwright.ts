/**
 * The door for Playwright tests of apps: does to real tabs what happens to them. Knows no more of Playwright than the few
 * methods below, so that any version of it will do.
 *
 * ```ts
 * import { killPage, type PlaywrightPage } from '@peerkeeper/core/testing/playwright'
 *
 * declare const tab: PlaywrightPage
 * await killPage(tab)
 * ```
 *
 * @module @peerkeeper/core/testing/playwright
 */
import type { Cut } from './browser/faulty.ts'

interface CdpSession {
  send(method: string, params?: object): Promise<unknown>
  detach(): Promise<void>
}

/** A Playwright `Page`. */
export interface PlaywrightPage {
  evaluate(expression: string): Promise<unknown>
  bringToFront(): Promise<void>
  once(event: 'crash', listener: () => void): unknown
  context(): { newCDPSession(page: never): Promise<unknown> }
}

export interface Frozen {
  /** It goes on where it stopped. */
  thaw(): Promise<void>
}

/**
 * Kills the process of `page`, as an operating system does that is short of memory: no event, no goodbye. Other tabs that the
 * browser keeps in the same process die with it. Chromium only. Resolves when the browser knows.
 */
export async function killPage(page: PlaywrightPage): Promise<void> {
  const session = await sessionOf(page)
  const crashed = new Promise<void>(resolve => {
    page.once('crash', () => resolve())
  })
  // Nobody is left to answer.
  session.send('Page.crash').catch(() => undefined)
  await crashed
}

/**
 * Freezes `page` and its workers, as browsers do with tabs in the background: nothing runs, locks stay held, messages wait.
 * Behind `inFront`, another tab of the same window, because only what is hidden can be frozen. Chromium with windows only
 * (`headless: false`): without, all pages are visible.
 */
export async function freezePage(page: PlaywrightPage, inFront: PlaywrightPage): Promise<Frozen> {
  await inFront.bringToFront()
  const session = await sessionOf(page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  return {
    thaw: async () => {
      await session.send('Page.setWebLifecycleState', { state: 'active' })
      await session.detach()
    },
  }
}

/**
 * Drops what `page` sends to other devices, what it is sent, or (default) both, until {@link rejoin}. Its app wraps its transports in
 * `faulty` of `@peerkeeper/core/testing/browser`; rejects where it has not. Every browser.
 */
export const cutOff = (page: PlaywrightPage, cut: Cut = 'both'): Promise<void> =>
  each(page, `cutOff('${cut}')`)

/** What {@link cutOff} cut is whole again. */
export const rejoin = (page: PlaywrightPage): Promise<void> => each(page, 'rejoin()')

async function each(page: PlaywrightPage, call: string): Promise<void> {
  await page.evaluate(`(() => {
    const all = globalThis[Symbol.for('peerkeeper.faulty')]
    if (all === undefined) throw new Error('no transport of this page is faulty(...)')
    for (const transport of all) transport.${call}
  })()`)
}

const sessionOf = async (page: PlaywrightPage): Promise<CdpSession> =>
  (await page.context().newCDPSession(page as never)) as CdpSession
