/** The WebRTC transport by itself, between two tabs of one profile. */
import type { Page } from '@playwright/test'
import type { ProbeIdentity } from '../lab/probe.ts'
import { exchange, measure, mintPair, startProbe, upsOf, waitForUps } from '../support/probes.ts'
import { expect, test } from '../support/test.ts'

for (const channels of ['page', 'worker'] as const) {
  test(`RTC-15 two tabs of one browser exchange frames of every size, and find each other again; channels in the ${channels}`, async ({
    openPage,
    room,
  }) => {
    const { a, b, one, two } = await twoProbes(openPage, room, channels)
    await exchange(a, b, one.node, two.node)
    await exchange(b, a, two.node, one.node)
    await measure(`two tabs, channels in the ${channels}`, a, b, two.node)

    await b.reload()
    await b.waitForFunction(() => 'lab' in window)
    await startProbe(b, { identity: two, ensemble: 'e', room, channels })
    await Promise.all([waitForUps(a, 2), waitForUps(b, 1)])
    await exchange(a, b, one.node, two.node)
  })

  test(`RTC-17 a tab that was closed and comes back is connected anew, with a higher number; channels in the ${channels}`, async ({
    openPage,
    room,
  }) => {
    const { a, b, one, two } = await twoProbes(openPage, room, channels)
    await b.close()
    const again = await openPage()
    await startProbe(again, { identity: two, ensemble: 'e', room, channels })
    await Promise.all([waitForUps(a, 2), waitForUps(again, 1)])
    const [first, second] = await upsOf(a)
    expect(second?.connection).toBeGreaterThan(first?.connection ?? Number.POSITIVE_INFINITY)
    await exchange(a, again, one.node, two.node)
  })

  test(`RTC-18 a page that leaves takes its link down at once; channels in the ${channels}`, async ({
    openPage,
    room,
  }) => {
    const { a, b } = await twoProbes(openPage, room, channels)
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

interface TwoProbes {
  readonly a: Page
  readonly b: Page
  /** Who they are. */
  readonly one: ProbeIdentity
  readonly two: ProbeIdentity
}

async function twoProbes(
  openPage: () => Promise<Page>,
  room: string,
  channels: 'page' | 'worker',
): Promise<TwoProbes> {
  const [one, two] = await mintPair()
  const [a, b] = [await openPage(), await openPage()] as const
  await startProbe(a, { identity: one, ensemble: 'e', room, channels })
  await startProbe(b, { identity: two, ensemble: 'e', room, channels })
  await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
  return { a, b, one, two }
}
