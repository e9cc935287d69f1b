/** Chromium and Firefox meet without any server, whichever invites. */
import type { Browser, BrowserContext } from '@playwright/test'
import { launch } from '../support/browsers.ts'
import { createZnode, demoFolder, enter, waitForDemo } from '../support/demo.ts'
import { answerFrom, completeAt, inviteFrom, meetByHand, waitForLinks } from '../support/meeting.ts'
import { type Site, serveFolder } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

/** Longer than Firefox goes on by itself with nothing left to try: five to twelve seconds. */
const broughtBackMs = 20_000

let site: Site
let firefox: Browser

test.beforeAll(async () => {
  site = await serveFolder(`${demoFolder}/dist`)
  firefox = await launch('firefox')
})
test.afterAll(async () => {
  await firefox.close()
  await site.close()
})

for (const inviter of ['chromium', 'firefox'] as const) {
  /** A page in the browser that invites, and one in the other, each of which has founded an ensemble. */
  const open = async (context: BrowserContext, room: string) => {
    const page = async (browser: 'chromium' | 'firefox', name: string) => {
      const profile = browser === 'chromium' ? context : await firefox.newContext()
      const opened = await enter(profile, browser, `${site.url}#room=${name}`)
      return opened
    }
    return [
      await page(inviter, room),
      await page(inviter === 'chromium' ? 'firefox' : 'chromium', 'elsewhere'),
    ] as const
  }

  test(`DEMO-39 Chromium and Firefox exchange codes and are one ensemble, invited by ${inviter}`, async ({
    context,
    room,
  }) => {
    const [a, b] = await open(context, room)
    await meetByHand(a, b)
    await Promise.all([a, b].map(page => waitForDemo(page)))
    await waitForLinks([a, b])
    await createZnode(a, 'of-a')
    await expect(b.getByTestId('znode:/of-a')).toBeVisible()
    await createZnode(b, 'of-b')
    await expect(a.getByTestId('znode:/of-b')).toBeVisible()
  })

  test(`SIG-27 who answered waits for the other, also where it would give up by itself; invited by ${inviter}`, async ({
    context,
    room,
  }) => {
    const [a, b] = await open(context, room)
    const answer = await answerFrom(b, await inviteFrom(a))
    // Time is what this is about: there is nothing to wait for in between.
    await b.waitForTimeout(broughtBackMs)
    await completeAt(a, answer)
    for (const page of [a, b])
      await expect(page.getByTestId('meet-status')).toHaveText('The devices are connected.')
  })
}
