/** A tab that comes into sight again, and one that the browser froze and thaws (Chromium). */
import { freeze } from '../support/freezing.ts'
import { expect, test } from '../support/headed-test.ts'
import { waitForUps } from '../support/probes.ts'
import { breakConnections, expectDialedAt, waitingToDial } from '../support/waking.ts'

test('E2E-121 a link that waits for its next attempt is dialed when its page comes into sight', async ({
  openPage,
  room,
}) => {
  const waiting = await waitingToDial([await openPage(), await openPage()], room, 'page')
  const { dialer, other } = waiting
  await other.bringToFront()
  await expect.poll(() => dialer.evaluate(() => document.visibilityState)).toBe('hidden')
  await dialer.bringToFront()
  await expectDialedAt('visible', waiting)
})

test('E2E-122 so it is when the page is thawed; and a link that was broken while it was frozen is dialed then', async ({
  openPage,
  room,
}) => {
  const waiting = await waitingToDial([await openPage(), await openPage()], room, 'worker')
  const { dialer, other } = waiting
  const first = await freeze({ page: dialer }, other)
  await first.thaw()
  await expectDialedAt('resume', waiting)

  const second = await freeze({ page: dialer }, other)
  await breakConnections(other)
  await second.thaw()
  const thawedAt = await dialer.evaluate(() => window.failing.signs.at(-1)?.at ?? 0)
  await Promise.all([waitForUps(dialer, 2), waitForUps(other, 2)])
  const upAt = await dialer.evaluate(() => window.lab.probe?.ups[1]?.at ?? 0)
  console.log(`up again ${(upAt - thawedAt).toFixed(0)} ms after it was thawed`)
})
