/** The hosting tab's process is killed or stopped by the operating system: no event, no goodbye. */
import { hostAmong } from '../support/host.ts'
import { freezeTab, killTab } from '../support/processes.ts'
import { statusOf, type Tab, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const replicas = 'per-device'

/** Writes one after another at `tab` until stopped; tells how long the longest took, milliseconds. */
async function keepWriting({ keeper }: Tab) {
  const work = await keeper.evaluateHandle((of, path) => {
    const run = { isDone: false, count: 0, longestMs: 0, end: Promise.resolve() }
    run.end = (async () => {
      let before = performance.now()
      await of.create(path)
      run.longestMs = performance.now() - before
      for (before = performance.now(); !run.isDone; before = performance.now()) {
        await of.create(`${path}/${run.count}`)
        run.count++
        run.longestMs = Math.max(run.longestMs, performance.now() - before)
      }
    })()
    return run
  }, '/writes')
  const count = () => work.evaluate(run => run.count)
  return {
    more: async (by: number) => {
      const before = await count()
      await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(before + by)
    },
    stop: () =>
      work.evaluate(async run => {
        run.isDone = true
        await run.end
        return { count: run.count, longestMs: run.longestMs }
      }),
  }
}

test("E2E-39 when the hosting tab's process is killed another hosts its replica within two seconds", async ({
  open,
  browser,
}) => {
  const tabs = [
    await open({ replicas, sessionTimeoutMs: 4_000 }),
    await open({ replicas }),
    await open({ replicas }),
  ] as const
  const host = await hostAmong(tabs)
  expect(host).toBe(tabs[0])
  const [, b, c] = tabs
  await host.keeper.evaluate(keeper => keeper.create('/of-host', 'here', { mode: 'ephemeral' }))
  await c.keeper.evaluate(keeper => keeper.create('/of-c', 'here', { mode: 'ephemeral' }))
  const writing = await keepWriting(b)
  await writing.more(20)
  await killTab(browser, host, [b, c])
  await writing.more(100)
  const { count, longestMs } = await writing.stop()
  console.log(`host killed: the longest of ${count} writes took ${longestMs.toFixed(0)} ms`)
  expect(longestMs).toBeLessThan(2_000)
  await waitForData([b, c], '/of-host', 'NoNode')
  await waitForData([b, c], '/of-c', 'here')
  expect((await statusOf(c)).node).toBe(host.node)
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
  const writing = await keepWriting(b)
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
