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
import { hasVariable, isOver, tell } from '../node/processes.ts'
import type { Cut } from './browser/faulty.ts'
import { TabFaultError } from './tab-fault-error.ts'
import { processOfTab } from './tab-process.ts'

export { TabFaultError, type TabFaultErrorCode } from './tab-fault-error.ts'

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
 * browser keeps in the same process die with it. Resolves when it is dead; of Firefox's Playwright may not know, and what is
 * asked of the page then waits for ever: close its context.
 *
 * Chromium; Firefox on Linux, beside the test, started without MOZ_CRASHREPORTER_SHUTDOWN (docs/TESTING-APPS.md). Elsewhere it
 * rejects with a {@link TabFaultError}, and nothing happens.
 */
export async function killPage(page: PlaywrightPage): Promise<void> {
  if ((await browserOf(page)) === 'firefox') return killProcess(await processOfTab(page))
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
 * Behind `inFront`, another tab of the same window, because only what is hidden can be frozen.
 *
 * Chromium with windows (`headless: false`; without, all pages are visible). Firefox on Linux, beside the test, with windows or
 * without: there the process is stopped, with whatever other tabs it holds, and the page hears of neither. Elsewhere it
 * rejects with a {@link TabFaultError}, and nothing happens.
 */
export async function freezePage(page: PlaywrightPage, inFront: PlaywrightPage): Promise<Frozen> {
  const browser = await browserOf(page)
  await inFront.bringToFront()
  if (browser === 'firefox') return stopProcess(await processOfTab(page))
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

async function browserOf(page: PlaywrightPage): Promise<'chromium' | 'firefox'> {
  const agent = String(await page.evaluate('navigator.userAgent'))
  if (agent.includes('Firefox/')) return 'firefox'
  if (agent.includes('Chrome/')) return 'chromium'
  throw new TabFaultError('Unsupported', `only Chromium and Firefox do that, and this is ${agent}`)
}

async function killProcess(pid: number): Promise<void> {
  if (await hasVariable(pid, shutsDown))
    throw new TabFaultError(
      'WholeBrowser',
      `Firefox was started with ${shutsDown}, as Playwright does it, and would end with this tab: start it by a script that ` +
        'unsets that (docs/TESTING-APPS.md)',
    )
  tell(pid, 'SIGKILL')
  while (!(await isOver(pid))) await new Promise(resolve => setTimeout(resolve, lookMs))
}

function stopProcess(pid: number): Frozen {
  tell(pid, 'SIGSTOP')
  return { thaw: async () => tell(pid, 'SIGCONT') }
}

/** Makes a Firefox end when one of its tabs crashes. */
const shutsDown = 'MOZ_CRASHREPORTER_SHUTDOWN'

/** Between two looks whether what was killed is dead, which the system sees to. */
const lookMs = 10
