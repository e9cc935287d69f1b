/**
 * Freezes tabs as the browser does it: the page and its workers stop, what they hold stays held, messages wait. A page must be
 * hidden for that (see headed.ts). The debugger still runs what it is given in a frozen page.
 */
import { freezePage } from '@peerkeeper/core/testing/playwright'
import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import type { Tab } from './tab.ts'

/** Beats of a worker that runs, while none of a frozen one comes. */
const quietBeats = 20

export interface Frozen {
  /** Goes on where it stopped. */
  thaw(): Promise<void>
}

/** Freezes `tab` behind the tab of `witness`, and resolves when its worker beats no more, while the witness's page goes on. */
export async function freeze({ page }: Pick<Tab, 'page'>, witness: Page): Promise<Frozen> {
  const beats = await listen(page, witness)
  await witness.bringToFront()
  await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden')
  const told = await page.evaluateHandle(() => {
    const events: string[] = []
    for (const name of ['freeze', 'resume']) document.addEventListener(name, () => events.push(name))
    return events
  })
  const frozen = await freezePage(page, witness)
  await expect.poll(async () => (await beats()).sinceTheirs, { timeout: 10_000 }).toBeGreaterThan(quietBeats)
  const { theirs } = await beats()
  return {
    thaw: async () => {
      expect((await beats()).theirs, 'frozen all the while').toBe(theirs)
      await frozen.thaw()
      await expect.poll(() => told.evaluate(events => events)).toEqual(['freeze', 'resume'])
    },
  }
}

/** Has the worker of `page` beat twenty times a second; the witness counts that, and its own beats since. */
async function listen(page: Page, witness: Page) {
  const [worker] = page.workers()
  if (worker === undefined) throw new Error('the tab to be frozen has no worker')
  const name = crypto.randomUUID()
  const heard = await witness.evaluateHandle(channelName => {
    const counts = { theirs: 0, sinceTheirs: 0 }
    new BroadcastChannel(channelName).onmessage = () => {
      counts.theirs++
      counts.sinceTheirs = 0
    }
    setInterval(() => counts.sinceTheirs++, 50)
    return counts
  }, name)
  await worker.evaluate(channelName => {
    const channel = new BroadcastChannel(channelName)
    setInterval(() => channel.postMessage('beat'), 50)
  }, name)
  await expect.poll(() => heard.evaluate(({ theirs }) => theirs)).toBeGreaterThan(2)
  return () => heard.evaluate(counts => ({ ...counts }))
}
