/** The hosting tab's process is killed or stopped by the operating system: no event, no goodbye. */
import { hostAmong } from '../support/host.ts'
import { keepWriting } from '../support/keep-writing.ts'
import { freezeTab, killTab } from '../support/processes.ts'
import { statusOf, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { watchBelow } from '../support/watched.ts'

const replicas = 'per-device'

test("E2E-39 when the hosting tab's process is killed another of four hosts its replica, and nothing of the others is lost", async ({
  open,
  browser,
}) => {
  const tabs = [
    await open({ replicas, sessionTimeoutMs: 4_000 }),
    await open({ replicas }),
    await open({ replicas }),
    await open({ replicas }),
  ] as const
  const host = await hostAmong(tabs)
  expect(host).toBe(tabs[0])
  const [, b, c, d] = tabs
  await host.keeper.evaluate(keeper => keeper.create('/of-host', 'here', { mode: 'ephemeral' }))
  await c.keeper.evaluate(keeper => keeper.create('/of-c', 'here', { mode: 'ephemeral' }))
  const watched = await watchBelow(d, '/writes')
  const writing = await keepWriting(b, '/writes')
  await writing.more(20)
  await killTab(browser, host, [b, c, d])
  await writing.more(100)
  const { count, longestMs } = await writing.stop()
  console.log(`host killed: the longest of ${count} writes took ${longestMs.toFixed(0)} ms`)
  expect(longestMs, 'the lock tells, not the silence').toBeLessThan(4_000)
  await watched.expectChildren(count)
  await waitForData([b, c, d], '/of-host', 'NoNode')
  await waitForData([b, c, d], '/of-c', 'here')
  expect((await statusOf(c)).node).toBe(host.node)
  for (const tab of [b, c, d])
    expect(await tab.keeper.evaluate(({ session, state }) => ({ session, state }))).toEqual({
      session: tab.session,
      state: 'connected',
    })
})

test('E2E-40 when the hosting tab is frozen another takes its replica; thawed it has a seat there and goes on', async ({
  open,
  browser,
}) => {
  const sessionTimeoutMs = 40_000
  const tabs = [
    await open({ replicas, sessionTimeoutMs }),
    await open({ replicas, sessionTimeoutMs }),
    await open({ replicas, sessionTimeoutMs }),
  ] as const
  const [a, b, c] = tabs
  expect(await hostAmong(tabs)).toBe(a)
  await a.keeper.evaluate(keeper => keeper.create('/of-a', 'here', { mode: 'ephemeral' }))
  const before = await statusOf(c)
  // Nothing is being written at this moment: a transaction in the middle of which a process is stopped would be kept open
  // by the browser, which real freezing waits for.
  const thaw = await freezeTab(browser, a)
  const writing = await keepWriting(b, '/writes')
  await writing.more(100)
  const { count, longestMs } = await writing.stop()
  console.log(`host frozen: the longest of ${count} writes took ${longestMs.toFixed(0)} ms`)
  const meanwhile = await statusOf(c)
  expect(meanwhile.node).toBe(before.node)
  expect(meanwhile.incarnation).toBe(before.incarnation + 1)
  thaw()
  await expect.poll(() => a.keeper.evaluate(keeper => keeper.state)).toBe('connected')
  await a.keeper.evaluate(keeper => keeper.create('/after', 'the thaw'))
  await waitForData(tabs, '/after', 'the thaw')
  await waitForData(tabs, '/of-a', 'here')
  const after = await Promise.all(tabs.map(statusOf))
  expect(after.map(({ incarnation }) => incarnation)).toEqual(tabs.map(() => meanwhile.incarnation))
})
