/** What makes links is a file of its own, which may not be there when it is needed. */
import { mintPair, startProbe, waitForUps } from '../support/probes.ts'
import { expect, test } from '../support/test.ts'

const file = '**/browser-mesh-*.js'

test('E2E-132 a page that cannot load what makes links says so of each peer; as soon as it can, it is linked', async ({
  openPage,
  room,
  browserName,
}) => {
  const [one, two] = await mintPair()
  const [a, b] = [await openPage(), await openPage()]
  const asProbe = { identity: two, ensemble: 'e', room }
  await b.route(file, route => route.abort())
  await startProbe(a, { identity: one, ensemble: 'e', room })
  await startProbe(b, asProbe)
  const link = () => b.evaluate(() => window.lab.probe?.links()[0])
  await expect.poll(async () => (await link())?.failures ?? 0).toBeGreaterThan(1)
  expect(await link()).toMatchObject({ peer: one.node, state: 'down', reasonCode: 'NotLoaded' })
  expect((await link())?.lastReason).toContain('could not be loaded')
  await b.unroute(file)
  if (browserName === 'firefox') {
    // Before version 154 it remembers what it could not load for as long as a page lives.
    await b.reload()
    await b.waitForFunction(() => 'lab' in window)
    await startProbe(b, asProbe)
  }
  await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
})
