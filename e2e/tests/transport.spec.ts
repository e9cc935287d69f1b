/** The WebRTC transport by itself, between two tabs of one profile. */
import type { Page } from '@playwright/test'
import { exchange, measure, startProbe, upsOf, waitForUps } from '../support/probes.ts'
import { expect, test } from '../support/test.ts'

for (const channels of ['page', 'worker'] as const) {
  test(`RTC-15 two tabs of one browser exchange frames of every size, and find each other again; channels in the ${channels}`, async ({
    openPage,
    room,
  }) => {
    const [a, b] = await twoProbes(openPage, room, channels)
    await exchange(a, b, 'a', 'b')
    await exchange(b, a, 'b', 'a')
    await measure(`two tabs, channels in the ${channels}`, a, b, 'b')

    await b.reload()
    await b.waitForFunction(() => 'lab' in window)
    await startProbe(b, { node: 'b', ensemble: 'e', room, channels })
    await Promise.all([waitForUps(a, 2), waitForUps(b, 1)])
    await exchange(a, b, 'a', 'b')
  })

  test(`RTC-17 a tab that was closed and comes back is connected anew, with a higher number; channels in the ${channels}`, async ({
    openPage,
    room,
  }) => {
    const [a, b] = await twoProbes(openPage, room, channels)
    await b.close()
    const again = await openPage()
    await startProbe(again, { node: 'b', ensemble: 'e', room, channels })
    await Promise.all([waitForUps(a, 2), waitForUps(again, 1)])
    const [first, second] = await upsOf(a)
    expect(second?.connection).toBeGreaterThan(first?.connection ?? Number.POSITIVE_INFINITY)
    await exchange(a, again, 'a', 'b')
  })

  test(`RTC-18 a page that leaves takes its link down at once; channels in the ${channels}`, async ({
    openPage,
    room,
  }) => {
    const [a, b] = await twoProbes(openPage, room, channels)
    const leftAt = await b.evaluate(() => {
      location.href = 'about:blank'
      return performance.timeOrigin + performance.now()
    })
    // No heartbeat and no timeout of ICE tells as early as this.
    await a.waitForFunction(() => window.lab.probe?.downs.length === 1, undefined, { timeout: 3_000 })
    const downAt = await a.evaluate(() => window.lab.probe?.downs[0]?.at ?? 0)
    console.log(`down ${(downAt - leftAt).toFixed(1)} ms after the page began to leave`)
    await a.waitForFunction(() => window.lab.probe?.links().length === 0)
  })
}

async function twoProbes(
  openPage: () => Promise<Page>,
  room: string,
  channels: 'page' | 'worker',
): Promise<readonly [Page, Page]> {
  const [a, b] = [await openPage(), await openPage()] as const
  await startProbe(a, { node: 'a', ensemble: 'e', room, channels })
  await startProbe(b, { node: 'b', ensemble: 'e', room, channels })
  await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
  return [a, b]
}
