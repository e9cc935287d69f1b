/** Chromium and Firefox in one ensemble: two devices, two engines of WebRTC, one tree. */
import { launch } from '../support/browsers.ts'
import { expectSameState, leaderAmong, read, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-8 Chromium and Firefox are voters of one ensemble', async ({ open, signaling }) => {
  const firefox = await launch('firefox')
  const context = await firefox.newContext()
  const a = await open({ signaling: signaling.url })
  const joining = { signaling: signaling.url, ensemble: a.ensemble }
  const b = await open({ ...joining, context, browser: 'firefox' })
  const c = await open(joining)
  const tabs = [a, b, c] as const
  await waitForVoters(tabs)
  for (const tab of tabs)
    await tab.keeper.evaluate(keeper => keeper.create('/n-', keeper.node, { mode: 'persistentSequential' }))
  for (const [index, tab] of tabs.entries())
    await waitForData(tabs, `/n-${String(index).padStart(10, '0')}`, tab.node)
  await expectSameState(tabs)

  const large = 'x'.repeat(500_000)
  await b.keeper.evaluate((keeper, text) => keeper.create('/large', text), large)
  expect(await read(a, '/large', 'linearizable')).toBe(large)
  await firefox.close()
})

test('E2E-9 a Firefox that leads is followed by Chromium', async ({ open, signaling }) => {
  const firefox = await launch('firefox')
  const context = await firefox.newContext()
  const a = await open({ context, browser: 'firefox', signaling: signaling.url })
  const joining = { signaling: signaling.url, ensemble: a.ensemble }
  const tabs = [a, await open(joining), await open(joining)] as const
  await waitForVoters(tabs)
  expect((await leaderAmong(tabs)).leader).toBe(a)
  await tabs[1].keeper.evaluate(keeper => keeper.create('/x', 'through Firefox'))
  await waitForData(tabs, '/x', 'through Firefox')
  await expectSameState(tabs)
  await firefox.close()
})
