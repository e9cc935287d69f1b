/** The WebRTC transport by itself, between Chromium and Firefox. */
import { type Browser, test as base } from '@playwright/test'
import { launch } from '../support/browsers.ts'
import { exchange, measure, startProbe, upsOf, waitForUps } from '../support/probes.ts'
import { expect, test } from '../support/test.ts'

let firefox: Browser

base.beforeAll(async () => {
  firefox = await launch('firefox')
})
base.afterAll(() => firefox.close())

for (const channels of ['page', 'worker'] as const)
  test(`RTC-16 Chromium and Firefox exchange frames of every size; channels in the ${channels}`, async ({
    openPage,
    room,
    signaling: { url },
  }) => {
    const context = await firefox.newContext()
    const [a, b] = [await openPage(), await openPage({ context, browser: 'firefox' })] as const
    await startProbe(a, { node: 'a', ensemble: 'e', room, signaling: url, channels })
    await startProbe(b, { node: 'b', ensemble: 'e', room, signaling: url, channels })
    await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
    await exchange(a, b, 'a', 'b')
    await exchange(b, a, 'b', 'a')
    await measure(`Chromium to Firefox, channels in the ${channels}`, a, b, 'b')
    await measure(`Firefox to Chromium, channels in the ${channels}`, b, a, 'a')
    await context.close()
  })

for (const dialer of ['chromium', 'firefox'] as const)
  test(`RTC-17 a page that was closed comes back and is connected anew, dialed by ${dialer}`, async ({
    openPage,
    room,
    context: ofChromium,
    signaling: { url },
  }) => {
    const ofFirefox = await firefox.newContext()
    const chromiumTab = { context: ofChromium, browser: 'chromium' } as const
    const firefoxTab = { context: ofFirefox, browser: 'firefox' } as const
    const [first, second] = dialer === 'chromium' ? [chromiumTab, firefoxTab] : [firefoxTab, chromiumTab]
    const [a, b] = [await openPage(first), await openPage(second)] as const
    await startProbe(a, { node: 'a', ensemble: 'e', room, signaling: url })
    await startProbe(b, { node: 'b', ensemble: 'e', room, signaling: url })
    await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
    await b.close()
    const again = await openPage(second)
    await startProbe(again, { node: 'b', ensemble: 'e', room, signaling: url })
    await Promise.all([waitForUps(a, 2), waitForUps(again, 1)])
    const [before, after] = await upsOf(a)
    expect(after?.connection).toBeGreaterThan(before?.connection ?? Number.POSITIVE_INFINITY)
    await exchange(a, again, 'a', 'b')
    await ofFirefox.close()
  })
