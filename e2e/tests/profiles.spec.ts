/** Two browser profiles, which share nothing but a signaling server. */
import { expectSameState, statusOf, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-6 another profile joins by the ensemble id, through the signaling server', async ({
  open,
  browser,
  signaling,
}) => {
  const other = await browser.newContext()
  const a = await open({ signaling: signaling.url })
  await a.keeper.evaluate(keeper => keeper.create('/before', 'b came'))
  const joining = { context: other, signaling: signaling.url, ensemble: a.ensemble }
  const b = await open(joining)
  expect(b.ensemble).toBe(a.ensemble)
  await waitForData([b], '/before', 'b came')
  const c = await open(joining)
  const tabs = [a, b, c] as const
  await waitForVoters(tabs)
  await b.keeper.evaluate(keeper => keeper.create('/x', 'of b'))
  await waitForData(tabs, '/x', 'of b')
  await expectSameState(tabs)
  await other.close()
})

test('E2E-7 a profile that was told to join never founds, and never joins another ensemble', async ({
  open,
  openPage,
  browser,
  room,
  signaling,
}) => {
  const other = await browser.newContext()
  const page = await openPage({ context: other })
  const asked = { room, signaling: signaling.url, ensemble: 'nobody-is-there', timeoutMs: 1_500 }
  expect(await page.evaluate(each => window.lab.tryOpen(each), asked)).toContain('Timeout: ')
  // Its profile is bound to that ensemble now; another one under the same name is refused, and says what to do.
  const a = await open({ signaling: signaling.url })
  const refused = await page.evaluate(each => window.lab.tryOpen(each), { ...asked, ensemble: a.ensemble })
  expect(refused).toContain('OpenFailed: ForeignEnsemble')
  expect(refused).toContain(a.ensemble)
  expect((await statusOf(a)).membership.voters).toEqual([a.node])
  await other.close()
})
