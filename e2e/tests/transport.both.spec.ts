/** The WebRTC transport by itself, between Chromium and Firefox. */
import { type Browser, test as base } from '@playwright/test'
import { launch } from '../support/browsers.ts'
import { exchange, measure, mintPair, startProbe, upsOf, waitForUps } from '../support/probes.ts'
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
    const [one, two] = await mintPair()
    const context = await firefox.newContext()
    const [a, b] = [await openPage(), await openPage({ context, browser: 'firefox' })] as const
    await startProbe(a, { identity: one, ensemble: 'e', room, signaling: url, channels })
    await startProbe(b, { identity: two, ensemble: 'e', room, signaling: url, channels })
    await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
    await exchange(a, b, one.node, two.node)
    await exchange(b, a, two.node, one.node)
    await measure(`Chromium to Firefox, channels in the ${channels}`, a, b, two.node)
    await measure(`Firefox to Chromium, channels in the ${channels}`, b, a, one.node)
    await context.close()
  })

for (const dialer of ['chromium', 'firefox'] as const)
  test(`RTC-17 a page that was closed comes back and is connected anew, dialed by ${dialer}`, async ({
    openPage,
    room,
    context: ofChromium,
    signaling: { url },
  }) => {
    const [one, two] = await mintPair()
    const ofFirefox = await firefox.newContext()
    const chromiumTab = { context: ofChromium, browser: 'chromium' } as const
    const firefoxTab = { context: ofFirefox, browser: 'firefox' } as const
    const [first, second] = dialer === 'chromium' ? [chromiumTab, firefoxTab] : [firefoxTab, chromiumTab]
    const [a, b] = [await openPage(first), await openPage(second)] as const
    await startProbe(a, { identity: one, ensemble: 'e', room, signaling: url })
    await startProbe(b, { identity: two, ensemble: 'e', room, signaling: url })
    await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
    await b.close()
    const again = await openPage(second)
    await startProbe(again, { identity: two, ensemble: 'e', room, signaling: url })
    await Promise.all([waitForUps(a, 2), waitForUps(again, 1)])
    const [before, after] = await upsOf(a)
    expect(after?.connection).toBeGreaterThan(before?.connection ?? Number.POSITIVE_INFINITY)
    await exchange(a, again, one.node, two.node)
    await ofFirefox.close()
  })
