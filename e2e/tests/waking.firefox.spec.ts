/** A tab of Firefox that comes into sight again, from behind another one. */

import { test } from '../support/test.ts'
import { expectDialedAt, waitingToDial } from '../support/waking.ts'

test('E2E-121 a link that waits for its next attempt is dialed when its page comes into sight', async ({
  openPage,
  room,
}) => {
  const dialer = await openPage()
  const waiting = await waitingToDial([dialer, await openPage()], room, 'page')
  await Promise.all([dialer.waitForEvent('popup'), dialer.evaluate(() => void open('about:blank'))])
  await dialer.waitForFunction(() => document.visibilityState === 'hidden', undefined, { polling: 50 })
  await dialer.bringToFront()
  await expectDialedAt('visible', waiting)
})
