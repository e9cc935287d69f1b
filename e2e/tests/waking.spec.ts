/** A browser that comes online again. */

import { test } from '../support/test.ts'
import { expectDialedAt, waitingToDial } from '../support/waking.ts'

test('E2E-120 a link that waits for its next attempt is dialed when the browser is online again', async ({
  context,
  openPage,
  room,
}) => {
  const waiting = await waitingToDial([await openPage(), await openPage()], room, 'page')
  await context.setOffline(true)
  await waiting.dialer.waitForFunction(() => !navigator.onLine)
  await context.setOffline(false)
  await expectDialedAt('online', waiting)
})
