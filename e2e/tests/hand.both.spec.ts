/** Chromium and Firefox meet without any server, whichever invites. */
import { launch } from '../support/browsers.ts'
import { createZnode, demoFolder, visit, waitForDemo } from '../support/demo.ts'
import { meetByHand, waitForLinks } from '../support/meeting.ts'
import { serveFolder } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

for (const inviter of ['chromium', 'firefox'] as const)
  test(`DEMO-39 Chromium and Firefox exchange codes and are one ensemble, invited by ${inviter}`, async ({
    context,
    room,
  }) => {
    const site = await serveFolder(`${demoFolder}/dist`)
    const firefox = await launch('firefox')
    const open = async (browser: 'chromium' | 'firefox', name: string) => {
      const profile = browser === 'chromium' ? context : await firefox.newContext()
      const page = await visit(profile, browser, `${site.url}#room=${name}`)
      await waitForDemo(page)
      return page
    }
    const a = await open(inviter, room)
    const b = await open(inviter === 'chromium' ? 'firefox' : 'chromium', 'elsewhere')
    await meetByHand(a, b)
    await Promise.all([a, b].map(page => waitForDemo(page)))
    await waitForLinks([a, b])
    await createZnode(a, 'of-a')
    await expect(b.getByTestId('znode:/of-a')).toBeVisible()
    await createZnode(b, 'of-b')
    await expect(a.getByTestId('znode:/of-b')).toBeVisible()
    await firefox.close()
    await site.close()
  })
