/** The relay is a file of its own, which may not be there when it is needed. */
import { pathsOf, takeRtcAway } from '../support/rtc-switch.ts'
import { openKeeper, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const file = '**/in-page-*.js'

test('E2E-133 a page that cannot load the relay tells it as the reason of its link, and tries again; as soon as it can, frames go by it', async ({
  browser,
  openPage,
  room,
  signaling,
}) => {
  const pages = [await openPage(), await openPage({ context: await browser.newContext() })] as const
  const [first, second] = pages
  for (const page of pages) await takeRtcAway(page)
  await second.route(file, route => route.abort())
  const options = { room, signaling: signaling.url, arbiter: true }
  const a = await openKeeper(first, options)
  // It cannot take part before it is linked.
  const opening = openKeeper(second, options)
  const reasons = () =>
    second.evaluate(() => (window.lab.transport?.links() ?? []).map(({ reasonCode }) => reasonCode))
  await expect.poll(reasons).toEqual(['NotLoaded'])
  expect(await pathsOf(second)).toEqual([undefined])
  await second.unroute(file)
  const b = await opening
  expect(await pathsOf(second)).toEqual(['relay'])
  await b.keeper.evaluate(keeper => keeper.create('/by', 'relay'))
  await waitForData([a], '/by', 'relay')
})
