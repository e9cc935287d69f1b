/**
 * A page that goes away without closing its keeper takes leave: its sessions are over at once, wherever the leader was.
 * Sessions live so long here that nothing but a farewell ends them in time.
 */
import { leaderAmong, read, statusOf, type Tab, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const sessionTimeoutMs = 40_000

/** Leaves as a user does, to another page. */
const leave = (tab: Tab) => tab.page.goto('about:blank')

const createOwn = (tab: Tab, path: string) =>
  tab.keeper.evaluate(
    (keeper, at) => keeper.create(at, 'here', { mode: 'ephemeral' }).then(() => undefined),
    path,
  )

for (const who of ['the leader', 'a follower'] as const)
  test(`E2E-41 the page of ${who} goes away: its ephemerals go with it, over WebRTC to other profiles`, async ({
    open,
    browser,
    signaling,
  }) => {
    const contexts = await Promise.all([browser.newContext(), browser.newContext()])
    const a = await open({ signaling: signaling.url, sessionTimeoutMs })
    const joining = { signaling: signaling.url, ensemble: a.ensemble, sessionTimeoutMs }
    const others = await Promise.all(contexts.map(context => open({ ...joining, context })))
    const tabs = [a, ...others]
    await waitForVoters(tabs)
    for (const [index, tab] of tabs.entries()) await createOwn(tab, `/of-${index}`)
    const { leader, others: followers } = await leaderAmong(tabs)
    const gone = who === 'the leader' ? leader : (followers[0] ?? leader)
    const stay = tabs.filter(tab => tab !== gone)
    await leave(gone)
    await waitForData(stay, `/of-${tabs.indexOf(gone)}`, 'NoNode')
    for (const tab of stay) expect(await read(tab, `/of-${tabs.indexOf(tab)}`, 'linearizable')).toBe('here')
    await Promise.all(contexts.map(context => context.close()))
  })

for (const [channels, elsewhere] of [
  ['page', 'worker'],
  ['worker', 'page'],
] as const)
  test(`E2E-92 a page whose channels are in the ${channels} takes leave of those that have them in the ${elsewhere}`, async ({
    open,
    browser,
    signaling,
  }) => {
    const context = await browser.newContext()
    const a = await open({ signaling: signaling.url, sessionTimeoutMs, channels: elsewhere })
    const joining = { signaling: signaling.url, ensemble: a.ensemble, sessionTimeoutMs }
    const b = await open({ ...joining, channels: elsewhere })
    const gone = await open({ ...joining, channels, context })
    await waitForVoters([a, b, gone])
    await createOwn(gone, '/gone')
    await waitForData([a, b], '/gone', 'here')
    await leave(gone)
    await waitForData([a, b], '/gone', 'NoNode')
    await context.close()
  })

test('E2E-41 the page that hosts the replica of a profile goes away: its ephemerals go, those of other tabs stay', async ({
  open,
}) => {
  const device = { replicas: 'per-device', sessionTimeoutMs } as const
  const tabs = [await open(device), await open(device), await open(device)] as const
  const [host, b, c] = tabs
  for (const [index, tab] of tabs.entries()) await createOwn(tab, `/of-${index}`)
  const before = await statusOf(b)
  await leave(host)
  await waitForData([b, c], '/of-0', 'NoNode')
  expect(await read(b, '/of-1', 'linearizable')).toBe('here')
  expect(await read(c, '/of-2', 'linearizable')).toBe('here')
  expect((await statusOf(b)).node).toBe(before.node)
  await leave(b)
  await waitForData([c], '/of-1', 'NoNode')
  expect(await read(c, '/of-2', 'linearizable')).toBe('here')
})
